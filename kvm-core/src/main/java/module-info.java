/** The implementation over the ioctls of {@code /dev/kvm}. */
module org.kvm4j.core {
  requires com.google.common;
  requires com.sun.jna;
  requires transitive org.kvm4j.api;

  exports org.kvm4j.core;
  exports org.kvm4j.core.bus;
  exports org.kvm4j.core.device;
  exports org.kvm4j.core.disassembly;
  exports org.kvm4j.core.stream;

  uses org.kvm4j.device.DeviceProvider;

  provides org.kvm4j.HypervisorProvider with
      org.kvm4j.core.KvmProvider;
}
