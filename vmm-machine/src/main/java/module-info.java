/** A PC put together from KVM, devices and a boot loader: the library behind the launcher. */
module org.kvm4j.machine {
  requires transitive org.kvm4j.api;
  requires transitive org.kvm4j.core;

  exports org.kvm4j.machine;
  exports org.kvm4j.machine.explain;
  exports org.kvm4j.machine.probe;
}
