/** Benchmarks of the run loop; see benchmarks/README.md. */
module org.kvm4j.benchmark {
  requires org.kvm4j.core;
}
