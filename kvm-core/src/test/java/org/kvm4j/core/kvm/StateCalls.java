package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_CPUID2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEBUGREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_LAPIC;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_NESTED_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SREGS2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_HV_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_VCPU_EVENTS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XCRS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XSAVE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XSAVE2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEBUGREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_LAPIC;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_NESTED_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SIGNAL_MASK;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SREGS2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_VCPU_EVENTS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_XCRS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_XSAVE;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.ENOMEM;

import java.util.List;
import java.util.Set;
import org.kvm4j.state.DebugRegisters;
import org.kvm4j.state.LocalApicState;
import org.kvm4j.state.NestedState;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.Xcr;
import org.kvm4j.state.XsaveState;

/**
 * What VcpuState asks of KVM. E2BIG from the calls that tell a table is answered by a larger one,
 * so that it is no failure.
 */
final class StateCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(
              KVM_GET_SREGS2,
              VCPU,
              "VcpuState.specialRegisters2",
              m -> m.vcpu.state().specialRegisters2(),
              EIO,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_SET_SREGS2,
              VCPU,
              "VcpuState.setSpecialRegisters2",
              m -> m.vcpu.state().setSpecialRegisters2(m.vcpu.state().specialRegisters2()),
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_XSAVE,
              VCPU,
              "VcpuState.xsave",
              m -> {
                m.kernel.next("KVM_CHECK_EXTENSION", capability -> 0); // asked for XSAVE2 first
                m.vcpu.state().xsave();
              },
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_XSAVE2,
              VCPU,
              "VcpuState.xsave",
              m -> m.vcpu.state().xsave(),
              EIO,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_SET_XSAVE,
              VCPU,
              "VcpuState.setXsave",
              m -> m.vcpu.state().setXsave(new XsaveState(new byte[XsaveState.MIN_BYTES])),
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_XCRS,
              VCPU,
              "VcpuState.xcrs",
              m -> m.vcpu.state().xcrs(),
              EIO,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_SET_XCRS,
              VCPU,
              "VcpuState.setXcrs",
              m -> m.vcpu.state().setXcrs(List.of(new Xcr(0, 1))),
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_DEBUGREGS,
              VCPU,
              "VcpuState.debugRegisters",
              m -> m.vcpu.state().debugRegisters(),
              EIO,
              EFAULT),
          IoctlCall.of(
              KVM_SET_DEBUGREGS,
              VCPU,
              "VcpuState.setDebugRegisters",
              m -> m.vcpu.state().setDebugRegisters(new DebugRegisters(1, 2, 3, 4, 5, 6)),
              EIO,
              EINVAL,
              EFAULT),
          IoctlCall.of(
              KVM_GET_LAPIC,
              VCPU,
              "VcpuState.localApic",
              m -> m.vcpu.state().localApic(),
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_SET_LAPIC,
              VCPU,
              "VcpuState.setLocalApic",
              m -> m.vcpu.state().setLocalApic(noApicRegisters()),
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_VCPU_EVENTS,
              VCPU,
              "VcpuState.events",
              m -> m.vcpu.state().events(),
              EIO,
              EFAULT),
          IoctlCall.of(
              KVM_SET_VCPU_EVENTS,
              VCPU,
              "VcpuState.setEvents",
              m -> m.vcpu.state().setEvents(VcpuEvents.NONE),
              EIO,
              EINVAL,
              EFAULT),
          IoctlCall.of(
              KVM_GET_NESTED_STATE,
              VCPU,
              "VcpuState.nested",
              m -> m.vcpu.state().nested(),
              EIO,
              EINVAL,
              EFAULT),
          IoctlCall.of(
              KVM_SET_NESTED_STATE,
              VCPU,
              "VcpuState.setNested",
              m -> m.vcpu.state().setNested(noNestedGuest()),
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_CPUID2, VCPU, "VcpuState.cpuid", m -> m.vcpu.state().cpuid(), EIO, EFAULT),
          IoctlCall.of(
              KVM_GET_SUPPORTED_HV_CPUID,
              VCPU,
              "VcpuState.supportedHypervCpuid",
              m -> m.vcpu.state().supportedHypervCpuid(),
              EIO,
              EFAULT),
          IoctlCall.of(
              KVM_SET_SIGNAL_MASK,
              VCPU,
              "VcpuState.setSignalMask",
              m -> m.vcpu.state().setSignalMask(Set.of(10)),
              EIO,
              EINVAL,
              EFAULT));

  private StateCalls() {}

  private static LocalApicState noApicRegisters() {
    return new LocalApicState(new byte[LocalApicState.SIZE_BYTES]);
  }

  private static NestedState noNestedGuest() {
    byte[] header = new byte[NestedState.HEADER_BYTES];
    header[4] = (byte) NestedState.HEADER_BYTES;
    return new NestedState(header);
  }
}
