package org.kvm4j.state;

/**
 * The guest's debug registers. struct kvm_debugregs; Intel SDM volume 3, section 18.2.
 *
 * @param dr0 linear address of breakpoint 0
 * @param dr1 linear address of breakpoint 1
 * @param dr2 linear address of breakpoint 2
 * @param dr3 linear address of breakpoint 3
 * @param dr6 status, 32 bits
 * @param dr7 control, 32 bits
 */
public record DebugRegisters(long dr0, long dr1, long dr2, long dr3, long dr6, long dr7) {

  /** Checks the upper halves of DR6 and DR7. */
  public DebugRegisters {
    requireLowHalf(dr6, "dr6");
    requireLowHalf(dr7, "dr7");
  }

  private static void requireLowHalf(long value, String name) {
    if (value >>> Integer.SIZE != 0) {
      throw new IllegalArgumentException(
          "%s is 0x%x: the upper 32 bits are reserved, leave them 0".formatted(name, value));
    }
  }
}
