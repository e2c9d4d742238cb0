/** The 16550 serial port. */
module org.kvm4j.devices.serial {
  requires org.kvm4j.api;

  provides org.kvm4j.device.DeviceProvider with
      org.kvm4j.devices.serial.SerialProvider;
}
