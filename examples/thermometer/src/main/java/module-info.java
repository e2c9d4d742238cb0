/** A thermometer for guests of kvm4j. */
module com.example.thermometer {
  requires org.kvm4j.api;

  provides org.kvm4j.device.DeviceProvider with
      com.example.thermometer.ThermometerProvider;
}
