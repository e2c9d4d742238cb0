package org.kvm4j.machine.boot;

import java.util.List;
import java.util.Objects;
import org.kvm4j.CpuTopology;
import org.kvm4j.device.AcpiDevice;

/**
 * What ACPI and the MP table tell the guest about: one source for both.
 *
 * @param processors the vCPUs, whose APIC ids are as {@link CpuTopology#apicId} says
 * @param timerPin the IOAPIC pin that the interval timer's IRQ 0 drives: {@link
 *     #TIMER_PIN_OF_KVM_DEFAULT}, or 2 if the VM has a GSI routing that says so
 * @param power the fixed hardware of ACPI, which is not optional there
 * @param resetPort the reset control register, 0xcf9 in a PC
 * @param devices all others, as they describe themselves
 */
public record Hardware(
    CpuTopology processors,
    int timerPin,
    PowerManagement power,
    int resetPort,
    List<AcpiDevice> devices) {

  /**
   * Pin 0.
   *
   * <p>KVM's default_routing (arch/x86/kvm/irq_comm.c, later arch/x86/kvm/irq.c) connects every GSI
   * from 0 to 23 to the IOAPIC pin of the same number, GSI 0 too: ROUTING_ENTRY2(0) is
   * IOAPIC_ROUTING_ENTRY(0), pin 0, with PIC_ROUTING_ENTRY(0). Firecracker keeps that and describes
   * IRQ 0 without an override. QEMU (kvm_pc_setup_irq_routing) and kvmtool (irq__init) replace the
   * routing by KVM_SET_GSI_ROUTING so that GSI 0 drives pin 2, as on most boards, and QEMU then
   * writes an override of IRQ 0 to GSI 2. Table and routing must agree, or Linux says "MP-BIOS bug:
   * 8254 timer not connected to IO-APIC" and falls back to the PIC.
   */
  public static final int TIMER_PIN_OF_KVM_DEFAULT = 0;

  /** The usual place of the reset control register. */
  public static final int RESET_PORT = 0xcf9;

  static final long LOCAL_APIC_ADDRESS = 0xfee0_0000L;
  static final long IOAPIC_ADDRESS = 0xfec0_0000L;

  /** What KVM's IOAPIC has in its ID register. */
  static final int IOAPIC_ID = 0;

  static final int ISA_IRQS = 16;

  /** Input of the master PIC for the slave: no device can use it. */
  static final int CASCADE_IRQ = 2;

  private static final String RTC_HID = "PNP0B00";

  /** Checks the numbers. */
  public Hardware {
    Objects.requireNonNull(processors, "processors");
    // Every other pin has an ISA interrupt, or may have a device, of its own.
    if (timerPin != TIMER_PIN_OF_KVM_DEFAULT && timerPin != CASCADE_IRQ) {
      throw new IllegalArgumentException("IOAPIC pin %d for the timer".formatted(timerPin));
    }
    devices = List.copyOf(devices);
  }

  /** A machine on KVM's default routing with ports in the usual places. */
  public static Hardware standard(CpuTopology processors, List<AcpiDevice> devices) {
    return new Hardware(
        processors, TIMER_PIN_OF_KVM_DEFAULT, PowerManagement.STANDARD, RESET_PORT, devices);
  }

  boolean hasRealTimeClock() {
    return devices.stream().anyMatch(device -> device.hid().equals(RTC_HID));
  }

  /** The IOAPIC pin of an ISA interrupt. */
  int pinOf(int irq) {
    return irq == 0 ? timerPin : irq;
  }
}
