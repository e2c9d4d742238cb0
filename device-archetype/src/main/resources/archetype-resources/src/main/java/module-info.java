/** A device for guests of kvm4j. */
module ${package} {
  requires org.kvm4j.api;

  provides org.kvm4j.device.DeviceProvider with
      ${package}.${className}Provider;
}
