/** The small chips that a PC has besides its serial port and timer. */
module org.kvm4j.devices.platform {
  requires org.kvm4j.api;

  provides org.kvm4j.device.DeviceProvider with
      org.kvm4j.devices.platform.AcpiPmProvider,
      org.kvm4j.devices.platform.DebugConsoleProvider,
      org.kvm4j.devices.platform.DebugExitProvider,
      org.kvm4j.devices.platform.I8042Provider,
      org.kvm4j.devices.platform.PostCodeProvider,
      org.kvm4j.devices.platform.PvpanicProvider,
      org.kvm4j.devices.platform.PciHostProvider,
      org.kvm4j.devices.platform.RtcProvider;
}
