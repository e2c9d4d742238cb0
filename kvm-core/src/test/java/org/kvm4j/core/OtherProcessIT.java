package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.Vm;
import org.kvm4j.core.kvm.FewDescriptors;
import org.kvm4j.core.kvm.ForeignVm;
import org.kvm4j.testkit.RequiresKvm;

/** A VM belongs to the process that created it, and a process has only so many descriptors. */
@RequiresKvm
final class OtherProcessIT {

  private static final String EIO_ADVICE =
      " on the VM: EIO (5). A VM can be used only by the process that created it, as KVM ties it to"
          + " one address space; if this is that process, KVM gave the VM up after an error:"
          + " see dmesg.";

  @Test
  void aVmInAnotherProcess_isRefused_andTheErrorSaysWhy() throws Exception {
    try (Hypervisor hypervisor = ObservedKvm.open();
        Vm vm = hypervisor.createVm()) {
      int number = OpenFile.named("anon_inode:kvm-vm").get(0).number();

      List<String> lines =
          JavaProcess.run(
              ForeignVm.class,
              Long.toString(ProcessHandle.current().pid()),
              Integer.toString(number));

      assumeFalse(
          lines.get(0).startsWith(ForeignVm.NOT_TAKEN),
          () -> "the kernel hands no descriptor over: " + lines);
      assertEquals(
          List.of("KVM_CHECK_EXTENSION" + EIO_ADVICE, "KVM_CREATE_VCPU" + EIO_ADVICE), lines);
      assertTrue(vm.supports(KvmCapability.USER_MEMORY), "and the VM is as it was");
    }
  }

  @Test
  void runningOutOfDescriptors_isSaid_atEachStep_andPasses() throws Exception {
    List<String> lines = JavaProcess.run(FewDescriptors.class);

    String tooMany = ": EMFILE (24). Too many files are open: raise 'ulimit -n'";
    assertEquals(
        List.of(
            "Cannot open /dev/kvm" + tooMany + ".",
            "KVM_CREATE_VM on /dev/kvm" + tooMany + ", or close other VMs.",
            "KVM_CREATE_VCPU on the VM" + tooMany + ", or close other VMs.",
            "done"),
        lines);
  }
}
