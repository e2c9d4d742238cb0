package org.kvm4j.machine.boot;

import org.kvm4j.CpuTopology;

/**
 * The multiple APIC description table: processors and interrupts. ACPI 6.5, section 5.2.12.
 *
 * <p>A processor whose id fits into 8 bits has the entry that every kernel knows, others the newer
 * one; the specification wants it so.
 */
final class Madt {

  private static final int REVISION = 5;
  private static final int PCAT_COMPAT = 1;

  private static final int LOCAL_APIC = 0;
  private static final int IO_APIC = 1;
  private static final int INTERRUPT_SOURCE_OVERRIDE = 2;
  private static final int LOCAL_APIC_NMI = 4;
  private static final int LOCAL_X2APIC = 9;
  private static final int LOCAL_X2APIC_NMI = 0xa;

  private static final int LOCAL_APIC_ENABLED = 1;
  private static final int ISA = 0;
  private static final int ALL_PROCESSORS = 0xff;
  private static final int ALL_X2APIC_PROCESSORS = 0xffff_ffff;
  private static final int LINT1 = 1;

  /** MPS INTI flags: polarity in bits 1:0, trigger mode in bits 3:2. */
  static final int CONFORMS_TO_BUS = 0;

  static final int ACTIVE_HIGH_LEVEL = 0b1101;

  private Madt() {}

  static byte[] of(Hardware hardware) {
    TableWriter body = new TableWriter().u32(Hardware.LOCAL_APIC_ADDRESS).u32(PCAT_COMPAT);
    for (int uid = 0; uid < hardware.processors().count(); uid++) {
      processor(body, uid, hardware.processors().apicId(uid));
    }
    body.u8(IO_APIC)
        .u8(12)
        .u8(Hardware.IOAPIC_ID)
        .u8(0)
        .u32(Hardware.IOAPIC_ADDRESS)
        .u32(0); // its first GSI
    // See Hardware.TIMER_PIN_OF_KVM_DEFAULT: with KVM's own routing there is nothing to override.
    if (hardware.timerPin() != 0) {
      override(body, 0, hardware.timerPin(), CONFORMS_TO_BUS);
    }
    int sci = hardware.power().sciGsi();
    override(body, sci, sci, ACTIVE_HIGH_LEVEL);
    body.u8(LOCAL_APIC_NMI).u8(6).u8(ALL_PROCESSORS).u16(CONFORMS_TO_BUS).u8(LINT1);
    if (hardware.processors().needsX2Apic()) {
      body.u8(LOCAL_X2APIC_NMI).u8(12).u16(CONFORMS_TO_BUS);
      body.u32(ALL_X2APIC_PROCESSORS).u8(LINT1).zeros(3);
    }
    return Sdt.of("APIC", REVISION, body.toBytes());
  }

  /** An id that fits has a UID that does: ids are never below the processor's number. */
  private static void processor(TableWriter body, int uid, int apicId) {
    if (apicId <= CpuTopology.LAST_XAPIC_ID) {
      body.u8(LOCAL_APIC).u8(8).u8(uid).u8(apicId).u32(LOCAL_APIC_ENABLED);
    } else {
      body.u8(LOCAL_X2APIC).u8(16).u16(0).u32(apicId).u32(LOCAL_APIC_ENABLED).u32(uid);
    }
  }

  private static void override(TableWriter body, int irq, int gsi, int flags) {
    body.u8(INTERRUPT_SOURCE_OVERRIDE).u8(10).u8(ISA).u8(irq).u32(gsi).u16(flags);
  }
}
