package org.kvm4j.core.kvm;

import static org.kvm4j.KvmCapability.IRQ_ROUTING;

import java.nio.ByteBuffer;
import org.kvm4j.core.abi.KvmIrqLevel;

/** The numbers of interrupt lines. */
final class Gsis {

  /** What every KVM has: the inputs of PIC and IOAPIC. */
  static final int COMMON = 24;

  private Gsis() {}

  /** Throws unless this VM can have such a line. */
  static void check(Fd fd, int gsi) {
    int count = Math.max(COMMON, fd.capabilities().value(IRQ_ROUTING));
    if (gsi < 0 || gsi >= count) {
      throw new IllegalArgumentException("GSI " + gsi + ": use 0 to " + (count - 1));
    }
  }

  /** struct kvm_irq_level. */
  static ByteBuffer level(int gsi, boolean high) {
    ByteBuffer level = Native.allocate(KvmIrqLevel.SIZEOF);
    return level.putInt(KvmIrqLevel.IRQ, gsi).putInt(KvmIrqLevel.LEVEL, high ? 1 : 0);
  }
}
