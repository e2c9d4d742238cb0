package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SREGS;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;

import java.util.List;
import org.kvm4j.FpuState;
import org.kvm4j.MpState;

/** The registers that every KVM has. */
final class RegisterCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(KVM_GET_REGS, VCPU, "Vcpu.registers", m -> m.vcpu.registers(), EIO),
          IoctlCall.of(
              KVM_SET_REGS,
              VCPU,
              "Vcpu.setRegisters",
              m -> m.vcpu.setRegisters(m.vcpu.registers()),
              EIO,
              EINVAL),
          IoctlCall.of(
              KVM_GET_SREGS, VCPU, "Vcpu.specialRegisters", m -> m.vcpu.specialRegisters(), EIO),
          IoctlCall.of(
              KVM_SET_SREGS,
              VCPU,
              "Vcpu.setSpecialRegisters",
              m -> m.vcpu.setSpecialRegisters(m.vcpu.specialRegisters()),
              EIO,
              EINVAL),
          IoctlCall.of(KVM_GET_FPU, VCPU, "Vcpu.fpu", m -> m.vcpu.fpu(), EIO),
          IoctlCall.of(
              KVM_SET_FPU, VCPU, "Vcpu.setFpu", m -> m.vcpu.setFpu(FpuState.initial()), EIO),
          IoctlCall.of(KVM_GET_MP_STATE, VCPU, "Vcpu.mpState", m -> m.vcpu.mpState(), EIO),
          IoctlCall.of(
              KVM_SET_MP_STATE,
              VCPU,
              "Vcpu.setMpState",
              m -> m.vcpu.setMpState(MpState.RUNNABLE),
              EINVAL));

  private RegisterCalls() {}
}
