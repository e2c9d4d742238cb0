package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_GUEST_DEBUG;
import static org.kvm4j.core.abi.Ioctl.KVM_TRANSLATE;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;

import java.util.List;

/** Debugging of guest code, and its page tables. */
final class DebugCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(
              KVM_SET_GUEST_DEBUG,
              VCPU,
              "GuestDebug.configure",
              m -> m.vcpu.debug().off(),
              EINVAL,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_GUEST_DEBUG,
              VCPU,
              "GuestDebug.injectDebugException",
              m -> m.vcpu.debug().injectDebugException(),
              EBUSY,
              EFAULT,
              EINVAL,
              EIO),
          IoctlCall.of(
              KVM_SET_GUEST_DEBUG,
              VCPU,
              "GuestDebug.injectBreakpoint",
              m -> m.vcpu.debug().injectBreakpoint(),
              EBUSY,
              EFAULT,
              EINVAL,
              EIO),
          IoctlCall.of(
              KVM_TRANSLATE, VCPU, "Vcpu.translate", m -> m.vcpu.translate(0), EFAULT, EIO));

  private DebugCalls() {}
}
