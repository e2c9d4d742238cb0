/** Small programs over the KVM API; each class is one, with a {@code main} of its own. */
module org.kvm4j.examples {
  requires org.kvm4j.core;

  exports org.kvm4j.examples;
}
