package org.kvm4j.machine.boot;

import java.util.ArrayList;
import java.util.List;

/** The differentiated system description table: devices, and how to power off. */
final class Dsdt {

  /** From revision 2 on, integers have 64 bits. */
  private static final int REVISION = 2;

  /** What PM1a control wants as SLP_TYP to power off. */
  private static final int SLP_TYP_S5 = 5;

  private Dsdt() {}

  static byte[] of(Hardware hardware) {
    List<byte[]> devices = hardware.devices().stream().map(Dsdt::device).toList();
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

  private static byte[] device(AcpiDevice device) {
    List<byte[]> resources = new ArrayList<>();
    device.ports().forEach(ports -> resources.add(Aml.io(ports)));
    device.irqs().forEach(irq -> resources.add(Aml.irq(irq)));
    return Aml.device(
        device.name(),
        List.of(
            Aml.name("_HID", Aml.hardwareId(device.hid())),
            Aml.name("_UID", Aml.integer(device.uid())),
            Aml.name("_CRS", Aml.resourceTemplate(resources))));
  }
}
