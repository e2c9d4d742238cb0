package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_INTERRUPT;
import static org.kvm4j.core.abi.Ioctl.KVM_NMI;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_VAPIC_ADDR;
import static org.kvm4j.core.abi.Ioctl.KVM_SMI;
import static org.kvm4j.core.abi.Ioctl.KVM_TPR_ACCESS_REPORTING;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SETUP_MCE;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SET_MCE;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.ENXIO;

import java.util.List;
import org.kvm4j.event.MachineCheck;

/** Events into a vCPU. */
final class InjectionCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(KVM_NMI, VCPU, "Injection.nmi", m -> m.vcpu.inject().nmi(), EIO),
          IoctlCall.of(KVM_SMI, VCPU, "Injection.smi", m -> m.vcpu.inject().smi(), EIO),
          IoctlCall.of(
              KVM_INTERRUPT,
              VCPU,
              "Injection.interrupt",
              m -> m.vcpu.inject().interrupt(0x20),
              EEXIST,
              EINVAL,
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_X86_SETUP_MCE,
              VCPU,
              "Injection.setUpMachineChecks",
              m -> m.vcpu.inject().setUpMachineChecks(10, 0),
              EINVAL,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_X86_SET_MCE,
              VCPU,
              "Injection.machineCheck",
              m ->
                  m.vcpu
                      .inject()
                      .machineCheck(new MachineCheck(0, MachineCheck.STATUS_VALID, 0, 0, 0)),
              EINVAL,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_TPR_ACCESS_REPORTING,
              VCPU,
              "Injection.reportTaskPriorityAccesses",
              m -> m.vcpu.inject().reportTaskPriorityAccesses(true),
              EINVAL,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_VAPIC_ADDR,
              VCPU,
              "Injection.setVirtualApicAddress",
              m -> m.vcpu.inject().setVirtualApicAddress(0x1000),
              EINVAL,
              EFAULT,
              EIO));

  private InjectionCalls() {}
}
