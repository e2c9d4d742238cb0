package org.kvm4j.debug;

/**
 * What one debug register of the processor watches: an instruction, or accesses to a few bytes.
 *
 * @param access what stops the guest
 * @param address linear, a multiple of the length
 * @param lengthBytes 1, 2, 4 or 8; always 1 for an instruction. Eight need 64-bit hardware, which
 *     every KVM of today has
 */
public record HardwareBreakpoint(Access access, long address, int lengthBytes) {

  /** What stops the guest: the R/W fields of DR7. Intel SDM volume 3, "Debug Control Register". */
  public enum Access {
    /** The instruction at the address is about to be executed. */
    EXECUTE(0),
    /** A byte was written. */
    WRITE(1),
    /** A byte was read or written. The processor cannot watch reads alone. */
    READ_WRITE(3);

    private final int number;

    Access(int number) {
      this.number = number;
    }

    /** The processor's number. */
    public int number() {
      return number;
    }
  }

  /**
   * Checks length and alignment: the processor would round the address down silently.
   *
   * @throws IllegalArgumentException if they are not as the processor wants them
   */
  public HardwareBreakpoint {
    if (lengthBytes != 1 && lengthBytes != 2 && lengthBytes != 4 && lengthBytes != 8) {
      throw new IllegalArgumentException(
          "A hardware breakpoint of %d bytes: use 1, 2, 4 or 8".formatted(lengthBytes));
    }
    if (access == Access.EXECUTE && lengthBytes != 1) {
      throw new IllegalArgumentException(
          "An execution breakpoint of %d bytes: use 1, for the instruction's first byte"
              .formatted(lengthBytes));
    }
    if ((address & (lengthBytes - 1)) != 0) {
      throw new IllegalArgumentException(
          "A hardware breakpoint of %d bytes at 0x%x: use a multiple of its length"
              .formatted(lengthBytes, address));
    }
  }

  /** Stops before the instruction whose first byte is at a linear address. */
  public static HardwareBreakpoint execution(long address) {
    return new HardwareBreakpoint(Access.EXECUTE, address, 1);
  }

  /** Stops after a write to any of the bytes. */
  public static HardwareBreakpoint write(long address, int lengthBytes) {
    return new HardwareBreakpoint(Access.WRITE, address, lengthBytes);
  }

  /** Stops after a read of, or a write to, any of the bytes. */
  public static HardwareBreakpoint readWrite(long address, int lengthBytes) {
    return new HardwareBreakpoint(Access.READ_WRITE, address, lengthBytes);
  }
}
