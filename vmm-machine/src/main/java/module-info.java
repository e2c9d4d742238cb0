/** A PC put together from KVM, devices and a boot loader: the library behind the launcher. */
@SuppressWarnings("requires-automatic") // lz4-java has a stable name but no descriptor
module org.kvm4j.machine {
  requires com.github.luben.zstd_jni;
  requires org.lz4.java;
  requires org.tukaani.xz;
  requires transitive org.kvm4j.api;
  requires transitive org.kvm4j.core;

  exports org.kvm4j.machine;
  exports org.kvm4j.machine.explain;
  exports org.kvm4j.machine.probe;
}
