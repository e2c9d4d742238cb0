package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSRS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_CPUID2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MSRS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SREGS;
import static org.kvm4j.core.sys.Errno.E2BIG;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.ENOMEM;

import java.util.List;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.MpState;
import org.kvm4j.Msr;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmMsrs;

/** The registers that every KVM has. Any of them gives EIO in another process. */
final class RegisterCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(
              KVM_GET_REGS, VCPU, "Vcpu.registers", m -> m.vcpu.registers(), EIO, ENOMEM, EFAULT),
          IoctlCall.of(
              KVM_SET_REGS,
              VCPU,
              "Vcpu.setRegisters",
              m -> m.vcpu.setRegisters(m.vcpu.registers()),
              EIO,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_SREGS,
              VCPU,
              "Vcpu.specialRegisters",
              m -> m.vcpu.specialRegisters(),
              EIO,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_SET_SREGS,
              VCPU,
              "Vcpu.setSpecialRegisters",
              m -> m.vcpu.setSpecialRegisters(m.vcpu.specialRegisters()),
              EIO,
              EINVAL,
              ENOMEM,
              EFAULT),
          IoctlCall.of(KVM_GET_FPU, VCPU, "Vcpu.fpu", m -> m.vcpu.fpu(), EIO, ENOMEM, EFAULT),
          IoctlCall.of(
              KVM_SET_FPU,
              VCPU,
              "Vcpu.setFpu",
              m -> m.vcpu.setFpu(FpuState.initial()),
              EIO,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_GET_MSRS,
              VCPU,
              "Vcpu.msrs",
              m -> {
                takesAllMsrs(m, KVM_GET_MSRS);
                m.vcpu.msrs(List.of(0x10, 0x174));
              },
              EIO,
              E2BIG,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_SET_MSRS,
              VCPU,
              "Vcpu.setMsrs",
              m -> {
                takesAllMsrs(m, KVM_SET_MSRS);
                m.vcpu.setMsrs(List.of(new Msr(0x174, 0x10)));
              },
              EIO,
              E2BIG,
              ENOMEM,
              EFAULT),
          IoctlCall.of(
              KVM_SET_CPUID2,
              VCPU,
              "Vcpu.setCpuid",
              m -> m.vcpu.setCpuid(new CpuidTable(List.of())),
              EIO,
              EINVAL,
              E2BIG,
              ENOMEM,
              EFAULT),
          IoctlCall.of(KVM_GET_MP_STATE, VCPU, "Vcpu.mpState", m -> m.vcpu.mpState(), EIO, EFAULT),
          IoctlCall.of(
              KVM_SET_MP_STATE,
              VCPU,
              "Vcpu.setMpState",
              m -> m.vcpu.setMpState(MpState.RUNNABLE),
              EIO,
              EINVAL,
              EFAULT));

  private RegisterCalls() {}

  /** The scripted kernel would refuse the first one. */
  private static void takesAllMsrs(ScriptedMachine machine, Ioctl call) {
    machine.kernel.always(
        call.name(), argument -> machine.kernel.at(argument, KvmMsrs.SIZEOF).getInt(KvmMsrs.NMSRS));
  }
}
