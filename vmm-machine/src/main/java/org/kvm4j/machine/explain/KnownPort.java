package org.kvm4j.machine.explain;

import java.util.Arrays;
import java.util.Optional;

/** Ports of a PC that a guest may use where no device answers, with what that means. */
enum KnownPort {
  SUPER_IO(0x2e, 0x2f, "Super-I/O: a harmless probe"),
  SUPER_IO_2(0x4e, 0x4f, "Super-I/O: a harmless probe"),
  TIMER(0x40, 0x43, "i8254 timer", "pit"),
  KEYBOARD_DATA(0x60, 0x60, "i8042 keyboard controller", "i8042"),
  PORT_B(0x61, 0x61, "i8254 timer: gate and output", "pit"),
  KEYBOARD(0x64, 0x64, "i8042 keyboard controller", "i8042"),
  RTC(0x70, 0x71, "real-time clock and CMOS", "rtc"),
  POST(0x80, 0x80, "POST codes", "post-code"),
  DMA_PAGES(0x81, 0x8f, "DMA page registers: harmless"),
  PORT_A(0x92, 0x92, "system control port A, for A20: harmless"),
  SMI(0xb2, 0xb3, "SMI command: harmless"),
  DEBUG_CONSOLE(0xe9, 0xe9, "debug console", "debug-console"),
  IO_DELAY(0xed, 0xed, "a delay of Linux: harmless"),
  DEBUG_EXIT(0xf4, 0xf4, "usual place of debug-exit", "debug-exit,base=0xf4"),
  FPU(0xf0, 0xf1, "FPU error latch: harmless"),
  IDE_2(0x170, 0x177, "IDE disk, which this machine does not have"),
  IDE(0x1f0, 0x1f7, "IDE disk, which this machine does not have"),
  PARALLEL_2(0x278, 0x27a, "parallel port: a harmless probe"),
  COM4(0x2e8, 0x2ef, "COM4, ttyS3", "serial,base=0x2e8,irq=3"),
  COM2(0x2f8, 0x2ff, "COM2, ttyS1", "serial,base=0x2f8,irq=3"),
  IDE_2_CONTROL(0x376, 0x376, "IDE disk, which this machine does not have"),
  PARALLEL(0x378, 0x37a, "parallel port: a harmless probe"),
  VGA(0x3b0, 0x3df, "VGA: this machine has a serial console alone"),
  COM3(0x3e8, 0x3ef, "COM3, ttyS2", "serial,base=0x3e8,irq=4"),
  FLOPPY(0x3f0, 0x3f5, "floppy disk: a harmless probe"),
  IDE_CONTROL(0x3f6, 0x3f7, "IDE or floppy disk, which this machine does not have"),
  COM1(0x3f8, 0x3ff, "COM1, ttyS0", "serial"),
  FIRMWARE_CONSOLE(0x402, 0x402, "debug console of firmware", "debug-console,base=0x402"),
  PVPANIC(0x505, 0x505, "pvpanic", "pvpanic"),
  FW_CFG(0x510, 0x51b, "fw_cfg of QEMU, which this machine does not have"),
  ACPI_PM(0x600, 0x60f, "ACPI power management", "acpi-pm"),
  AMD_PM(0xcd6, 0xcd7, "AMD power management: a harmless probe"),
  PCI_ADDRESS(0xcf8, 0xcf8, "PCI configuration", "pci-host"),
  RESET(0xcf9, 0xcf9, "reset control register", "pci-host"),
  PCI_DATA(0xcfa, 0xcff, "PCI configuration", "pci-host"),
  VMWARE(0x5658, 0x5659, "VMware backdoor: a harmless probe");

  private final int first;
  private final int last;
  private final String meaning;
  private final String device;

  KnownPort(int first, int last, String meaning) {
    this(first, last, meaning, "");
  }

  KnownPort(int first, int last, String meaning, String device) {
    this.first = first;
    this.last = last;
    this.meaning = meaning;
    this.device = device;
  }

  static Optional<KnownPort> at(long port) {
    return Arrays.stream(values()).filter(p -> p.first <= port && port <= p.last).findFirst();
  }

  /** What it is on a PC, in a few words. */
  String meaning() {
    return meaning;
  }

  /** What to give to {@code --device} to have it answered. */
  Optional<String> device() {
    return device.isEmpty() ? Optional.empty() : Optional.of(device);
  }
}
