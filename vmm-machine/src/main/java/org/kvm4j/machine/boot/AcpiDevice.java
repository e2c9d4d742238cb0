package org.kvm4j.machine.boot;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A device that is described to the guest in the DSDT.
 *
 * @param name of its object: a capital letter or underscore, then up to three of those or digits
 * @param hid what it is: an ID such as "PNP0501", or up to eight capital letters and digits
 * @param uid tells devices with the same {@code hid} apart
 * @param ports where it answers
 * @param irqs its ISA interrupts, each 0 to 15, rising edge
 */
public record AcpiDevice(
    String name, String hid, int uid, List<PortRange> ports, List<Integer> irqs) {

  private static final Pattern NAME = Pattern.compile("[A-Z_][A-Z0-9_]{0,3}");
  private static final Pattern HID = Pattern.compile("[A-Z0-9]{1,8}");

  static final String RTC_HID = "PNP0B00";

  /** Checks all and copies the lists. */
  public AcpiDevice {
    if (!NAME.matcher(name).matches() || !HID.matcher(hid).matches() || uid < 0) {
      throw new IllegalArgumentException("ACPI device %s, %s, %d".formatted(name, hid, uid));
    }
    ports = List.copyOf(ports);
    irqs = List.copyOf(irqs);
    if (irqs.stream().anyMatch(irq -> irq < 0 || irq > 15)) {
      throw new IllegalArgumentException("ACPI device %s, IRQs %s".formatted(name, irqs));
    }
  }

  /**
   * A 16550 serial port.
   *
   * @param number from 1, as in COM1
   */
  public static AcpiDevice serialPort(int number, int firstPort, int irq) {
    return new AcpiDevice(
        "COM" + number, "PNP0501", number, List.of(new PortRange(firstPort, 8)), List.of(irq));
  }

  /** The MC146818A real-time clock at port 0x70, IRQ 8. */
  public static AcpiDevice realTimeClock() {
    return new AcpiDevice("RTC", RTC_HID, 0, List.of(new PortRange(0x70, 2)), List.of(8));
  }

  /** The i8254 interval timer at port 0x40, IRQ 0. */
  public static AcpiDevice intervalTimer() {
    return new AcpiDevice("TIMR", "PNP0100", 0, List.of(new PortRange(0x40, 4)), List.of(0));
  }

  /** By which a guest reports that it has panicked. */
  public static AcpiDevice pvpanic(int port) {
    return new AcpiDevice("PEVT", "QEMU0001", 0, List.of(new PortRange(port, 1)), List.of());
  }
}
