package org.kvm4j.machine.boot;

/** The fixed ACPI description table. ACPI 6.5, section 5.2.9; its signature is "FACP". */
final class Fadt {

  private static final int REVISION = 6;

  private static final int PM1_EVT_LEN = 4;
  private static final int PM1_CNT_LEN = 2;
  private static final int PM_TMR_LEN = 4;

  /** Longer than the longest allowed, which says that C2 and C3 are not there. */
  private static final int P_LVL2_LAT_NONE = 101;

  private static final int P_LVL3_LAT_NONE = 1001;

  private static final int RTC_CENTURY = 0x32;

  // IAPC_BOOT_ARCH. 8042 (bit 1) stays clear: probing for a keyboard costs a guest half a second.
  private static final int LEGACY_DEVICES = 1 << 0;
  private static final int VGA_NOT_PRESENT = 1 << 2;
  private static final int CMOS_RTC_NOT_PRESENT = 1 << 5;

  // Fixed feature flags. SLP_BUTTON and FIX_RTC say "not in the fixed registers", as PWR_BUTTON
  // would: the power button is there.
  private static final int WBINVD = 1 << 0;
  private static final int PROC_C1 = 1 << 2;
  private static final int SLP_BUTTON = 1 << 5;
  private static final int FIX_RTC = 1 << 6;
  private static final int TMR_VAL_EXT = 1 << 8;
  private static final int RESET_REG_SUP = 1 << 10;

  /** SYS_RST and RST_CPU, the bits of the reset control register for a hard reset. */
  private static final int RESET_VALUE = 0x06;

  private static final int SYSTEM_IO = 1;
  private static final int BYTE_ACCESS = 1;
  private static final int WORD_ACCESS = 2;
  private static final int DWORD_ACCESS = 3;
  private static final int GAS_BYTES = 12;

  private Fadt() {}

  static byte[] of(Hardware hardware, long facs, long dsdt) {
    PowerManagement power = hardware.power();
    TableWriter body = new TableWriter();
    body.u32(facs).u32(dsdt);
    body.u8(0); // reserved
    body.u8(0); // Preferred_PM_Profile: unspecified
    body.u16(power.sciGsi());
    // No SMI_CMD and no commands for it: there is no legacy mode, ACPI is always enabled.
    body.u32(0).u8(0).u8(0).u8(0).u8(0);
    body.u32(power.pm1EventPort()).u32(0); // PM1a, PM1b
    body.u32(power.pm1ControlPort()).u32(0);
    body.u32(0); // PM2_CNT_BLK
    body.u32(power.timerPort());
    body.u32(0).u32(0); // GPE0_BLK, GPE1_BLK
    body.u8(PM1_EVT_LEN).u8(PM1_CNT_LEN).u8(0).u8(PM_TMR_LEN);
    body.u8(0).u8(0).u8(0); // GPE0_BLK_LEN, GPE1_BLK_LEN, GPE1_BASE
    body.u8(0); // CST_CNT
    body.u16(P_LVL2_LAT_NONE).u16(P_LVL3_LAT_NONE);
    body.u16(0).u16(0); // FLUSH_SIZE and FLUSH_STRIDE: WBINVD flushes
    body.u8(0).u8(0); // DUTY_OFFSET, DUTY_WIDTH
    body.u8(0).u8(0); // DAY_ALRM, MON_ALRM
    body.u8(hardware.hasRealTimeClock() ? RTC_CENTURY : 0);
    body.u16(bootArchitecture(hardware));
    body.u8(0); // reserved
    body.u32(WBINVD | PROC_C1 | SLP_BUTTON | FIX_RTC | TMR_VAL_EXT | RESET_REG_SUP);
    body.bytes(ioRegister(hardware.resetPort(), 1, BYTE_ACCESS)).u8(RESET_VALUE);
    body.u16(0); // ARM_BOOT_ARCH
    body.u8(0); // FADT minor version
    body.u64(0); // X_FIRMWARE_CTRL: only one of the two may be set
    body.u64(dsdt);
    body.bytes(ioRegister(power.pm1EventPort(), PM1_EVT_LEN, WORD_ACCESS)).zeros(GAS_BYTES);
    body.bytes(ioRegister(power.pm1ControlPort(), PM1_CNT_LEN, WORD_ACCESS)).zeros(GAS_BYTES);
    body.zeros(GAS_BYTES); // X_PM2_CNT_BLK
    body.bytes(ioRegister(power.timerPort(), PM_TMR_LEN, DWORD_ACCESS));
    body.zeros(2 * GAS_BYTES); // X_GPE0_BLK, X_GPE1_BLK
    body.zeros(2 * GAS_BYTES); // sleep control and status, for reduced hardware only
    body.ascii("KVM4J", 8, '\0'); // hypervisor vendor identity
    return Sdt.of("FACP", REVISION, body.toBytes());
  }

  private static int bootArchitecture(Hardware hardware) {
    return LEGACY_DEVICES
        | VGA_NOT_PRESENT
        | (hardware.hasRealTimeClock() ? 0 : CMOS_RTC_NOT_PRESENT);
  }

  /** A generic address structure. Section 5.2.3.2. */
  private static byte[] ioRegister(int port, int bytes, int accessSize) {
    return new TableWriter().u8(SYSTEM_IO).u8(8 * bytes).u8(0).u8(accessSize).u64(port).toBytes();
  }
}
