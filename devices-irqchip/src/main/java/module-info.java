/** The interrupt controllers of a PC: I/O APIC and the pair of 8259A PICs. */
module org.kvm4j.devices.irqchip {
  requires org.kvm4j.api;

  provides org.kvm4j.device.DeviceProvider with
      org.kvm4j.devices.irqchip.IoapicProvider,
      org.kvm4j.devices.irqchip.PicProvider;
}
