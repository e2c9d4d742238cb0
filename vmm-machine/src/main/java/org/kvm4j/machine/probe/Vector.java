package org.kvm4j.machine.probe;

/** The exceptions and interrupts that a probe guest may meet. Intel SDM volume 3, section 6.3.1. */
enum Vector {
  DIVIDE_ERROR(0, "#DE"),
  DEBUG(1, "#DB"),
  NMI(2, "NMI"),
  BREAKPOINT(3, "#BP"),
  OVERFLOW(4, "#OF"),
  BOUND_RANGE(5, "#BR"),
  INVALID_OPCODE(6, "#UD"),
  DEVICE_NOT_AVAILABLE(7, "#NM"),
  DOUBLE_FAULT(8, "#DF"),
  INVALID_TSS(10, "#TS"),
  SEGMENT_NOT_PRESENT(11, "#NP"),
  STACK_FAULT(12, "#SS"),
  GENERAL_PROTECTION(13, "#GP"),
  PAGE_FAULT(14, "#PF"),
  FLOATING_POINT(16, "#MF"),
  ALIGNMENT_CHECK(17, "#AC"),
  MACHINE_CHECK(18, "#MC"),
  SIMD_FLOATING_POINT(19, "#XM"),
  /** As the probe guests program the PIC. */
  IRQ0(0x20, "IRQ 0");

  private final int number;
  private final String mnemonic;

  Vector(int number, String mnemonic) {
    this.number = number;
    this.mnemonic = mnemonic;
  }

  int number() {
    return number;
  }

  /** As the processor manuals write it, such as {@code #UD}. */
  String mnemonic() {
    return mnemonic;
  }
}
