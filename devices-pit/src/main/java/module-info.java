/** The 8254 interval timer. */
module org.kvm4j.devices.pit {
  requires org.kvm4j.api;

  provides org.kvm4j.device.DeviceProvider with
      org.kvm4j.devices.pit.PitProvider;
}
