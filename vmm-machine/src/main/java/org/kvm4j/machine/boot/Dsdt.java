package org.kvm4j.machine.boot;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.resource.FixedResource;

/** The differentiated system description table: devices, and how to power off. */
final class Dsdt {

  /** From revision 2 on, integers have 64 bits. */
  private static final int REVISION = 2;

  /** What PM1a control wants as SLP_TYP to power off. */
  private static final int SLP_TYP_S5 = 5;

  private static final String PROCESSOR_HID = "ACPI0007";

  private static final int NAME_LENGTH = 4;

  private final Set<String> names = new HashSet<>();
  private final Map<String, Integer> countByHid = new HashMap<>();

  private Dsdt() {}

  static byte[] of(Hardware hardware) {
    Dsdt dsdt = new Dsdt();
    List<byte[]> devices = new ArrayList<>();
    for (int uid = 0; uid < hardware.processors().count(); uid++) {
      devices.add(dsdt.processor(uid));
    }
    hardware.devices().forEach(device -> devices.add(dsdt.device(device)));
    byte[] body =
        new TableWriter()
            .bytes(Aml.scope("\\_SB", devices))
            .bytes(Aml.name("\\_S5", sleepType(SLP_TYP_S5)))
            .toBytes();
    return Sdt.of("DSDT", REVISION, body);
  }

  /** SLP_TYP for PM1a, for PM1b, which is not there, and two reserved. Section 7.4.2. */
  private static byte[] sleepType(int type) {
    return Aml.packageOf(
        List.of(Aml.integer(type), Aml.integer(0), Aml.integer(0), Aml.integer(0)));
  }

  /** Its UID is what the MADT has beside its APIC id. Section 8.4. */
  private byte[] processor(int uid) {
    return Aml.device(
        freeName("C%03X".formatted(uid)),
        List.of(
            Aml.name("_HID", Aml.hardwareId(PROCESSOR_HID)), Aml.name("_UID", Aml.integer(uid))));
  }

  private byte[] device(AcpiDevice device) {
    List<byte[]> resources = new ArrayList<>();
    device.resources().forEach(place -> resources.add(descriptor(place, device.trigger())));
    int uid = countByHid.merge(device.hid(), 1, Integer::sum) - 1;
    return Aml.device(
        freeName(device.name()),
        List.of(
            Aml.name("_HID", Aml.hardwareId(device.hid())),
            Aml.name("_UID", Aml.integer(uid)),
            Aml.name("_CRS", Aml.resourceTemplate(resources))));
  }

  private static byte[] descriptor(FixedResource place, AcpiDevice.Trigger trigger) {
    return switch (place.resource().kind()) {
      case PORTS -> Aml.io(new PortRange((int) place.first(), (int) place.resource().length()));
      case ADDRESSES -> Aml.memory32Fixed(place.first(), place.resource().length());
      case INTERRUPTS -> interrupt((int) place.first(), trigger);
    };
  }

  /** The short form says an ISA interrupt, rising edge. */
  private static byte[] interrupt(int gsi, AcpiDevice.Trigger trigger) {
    return gsi < Hardware.ISA_IRQS && trigger == AcpiDevice.Trigger.EDGE
        ? Aml.irq(gsi)
        : Aml.interrupt(gsi, trigger == AcpiDevice.Trigger.EDGE);
  }

  /** The name itself, or with a number at its end in place of what does not fit. */
  private String freeName(String wanted) {
    String name = wanted;
    for (int number = 1; !names.add(name); number++) {
      String suffix = Integer.toHexString(number).toUpperCase(Locale.ROOT);
      int kept = Math.min(wanted.length(), NAME_LENGTH - suffix.length());
      name = wanted.substring(0, kept) + suffix;
    }
    return name;
  }
}
