package org.kvm4j.core.abi;

import java.util.List;
import org.kvm4j.debug.HardwareBreakpoint;

/** The processor's register DR7. Intel SDM volume 3, "Debug Control Register (DR7)". */
final class DebugControl {

  /** Bit 10 is always 1. */
  private static final long FIXED_1 = 1L << 10;

  /** Enabled in all tasks; there are two bits for each breakpoint. */
  private static final long G0 = 2;

  private static final int RW0_SHIFT = 16;
  private static final int LEN0_SHIFT = 18;

  private DebugControl() {}

  /** DR7 for breakpoints whose addresses are in DR0 and following. */
  static long dr7(List<HardwareBreakpoint> breakpoints) {
    long dr7 = FIXED_1;
    for (int i = 0; i < breakpoints.size(); i++) {
      HardwareBreakpoint breakpoint = breakpoints.get(i);
      dr7 |= G0 << (2 * i);
      dr7 |= (long) breakpoint.access().number() << (RW0_SHIFT + 4 * i);
      dr7 |= length(breakpoint.lengthBytes()) << (LEN0_SHIFT + 4 * i);
    }
    return dr7;
  }

  /** The LEN field: the processor's order is 1, 2, 8, 4. */
  private static long length(int bytes) {
    return switch (bytes) {
      case 1 -> 0;
      case 2 -> 1;
      case 8 -> 2;
      case 4 -> 3;
      default -> throw new IllegalArgumentException("No breakpoint has " + bytes + " bytes");
    };
  }
}
