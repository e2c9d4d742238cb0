/** The command line: boots guests, lists devices, tells what this machine's KVM can do. */
module org.kvm4j.launcher {
  requires info.picocli;
  requires org.kvm4j.machine;
}
