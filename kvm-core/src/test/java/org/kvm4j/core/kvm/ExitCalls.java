package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;
import static org.kvm4j.core.abi.Ioctl.KVM_RUN;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_PMU_EVENT_FILTER;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SET_MSR_FILTER;
import static org.kvm4j.core.sys.Errno.E2BIG;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EHWPOISON;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENXIO;
import static org.kvm4j.core.sys.Errno.EPERM;

import java.util.List;
import java.util.Set;
import org.kvm4j.msr.MsrExitReason;
import org.kvm4j.msr.MsrFilter;
import org.kvm4j.msr.MsrRange;
import org.kvm4j.policy.PmuEventFilter;

/** Running a vCPU, and what a VM leaves to the caller. */
final class ExitCalls {

  private static final PmuEventFilter PMU_FILTER =
      new PmuEventFilter(
          PmuEventFilter.Action.DENY, List.of(PmuEventFilter.event(0xc0, 0)), 0, false);

  static final List<IoctlCall> ALL =
      List.of(
          // EINTR and EAGAIN are answers, not errors: RunLoopTest.
          IoctlCall.of(
              KVM_RUN, VCPU, "Vcpu.run", ExitCalls::run, EFAULT, EHWPOISON, EINVAL, EIO, ENOMEM),
          IoctlCall.of(
              KVM_ENABLE_CAP,
              VM,
              "Vm.enableCapability",
              m -> m.vm.msrAccess().forward(Set.of(MsrExitReason.UNKNOWN)),
              EBUSY,
              EFAULT,
              EINVAL,
              EIO,
              ENOMEM,
              ENXIO,
              EPERM),
          IoctlCall.of(
              KVM_X86_SET_MSR_FILTER,
              VM,
              "MsrAccess.setFilter",
              m -> m.vm.msrAccess().setFilter(MsrFilter.allowingOthers(MsrRange.denying(0x174, 3))),
              EFAULT,
              EINVAL,
              EIO,
              ENOMEM),
          IoctlCall.of(
              KVM_SET_PMU_EVENT_FILTER,
              VM,
              "VmPolicy.setPmuEventFilter",
              m -> m.vm.policy().setPmuEventFilter(PMU_FILTER),
              E2BIG,
              EBUSY,
              EFAULT,
              EINVAL,
              EIO,
              ENOMEM));

  private ExitCalls() {}

  private static void run(ScriptedMachine machine) {
    machine.kernel.exits(ScriptedExit.hlt());
    machine.vcpu.run();
  }
}
