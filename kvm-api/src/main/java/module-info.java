/**
 * The interfaces of kvm4j: virtual machines, buses and the device plug-in SPI.
 *
 * <p>Depends on the JDK alone, so that a device module needs nothing else. {@code org.kvm4j.core}
 * implements it over {@code /dev/kvm}; {@code org.kvm4j.testkit} fakes it for tests.
 */
module org.kvm4j.api {
  exports org.kvm4j;
  exports org.kvm4j.bus;
  exports org.kvm4j.clock;
  exports org.kvm4j.debug;
  exports org.kvm4j.device;
  exports org.kvm4j.event;
  exports org.kvm4j.io;
  exports org.kvm4j.irq;
  exports org.kvm4j.memory;
  exports org.kvm4j.msr;
  exports org.kvm4j.policy;
  exports org.kvm4j.resource;
  exports org.kvm4j.state;
  exports org.kvm4j.stats;

  uses org.kvm4j.HypervisorProvider;
}
