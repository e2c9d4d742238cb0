/**
 * The published test kit: fakes for all that a device gets, and the contract every device keeps.
 */
module org.kvm4j.testkit {
  requires transitive org.junit.jupiter.api;
  requires transitive org.kvm4j.api;

  exports org.kvm4j.testkit;
  exports org.kvm4j.testkit.guest;

  // JUnit creates the extensions behind @RequiresKvm and @GuestTest, which are not public.
  opens org.kvm4j.testkit to
      org.junit.platform.commons;
}
