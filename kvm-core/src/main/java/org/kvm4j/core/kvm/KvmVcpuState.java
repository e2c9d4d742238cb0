package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_CPUID2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEBUGREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_LAPIC;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SREGS2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_HV_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_VCPU_EVENTS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XCRS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XSAVE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XSAVE2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEBUGREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_LAPIC;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SIGNAL_MASK;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SREGS2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_VCPU_EVENTS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_XCRS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_XSAVE;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.kvm4j.CpuidTable;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmDebugregs;
import org.kvm4j.core.abi.KvmLapicState;
import org.kvm4j.core.abi.KvmSignalMask;
import org.kvm4j.core.abi.KvmSregs2;
import org.kvm4j.core.abi.KvmVcpuEvents;
import org.kvm4j.core.abi.KvmXcrs;
import org.kvm4j.core.abi.KvmXsave;
import org.kvm4j.state.DebugRegisters;
import org.kvm4j.state.LocalApicState;
import org.kvm4j.state.NestedState;
import org.kvm4j.state.SpecialRegisters2;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.VcpuState;
import org.kvm4j.state.Xcr;
import org.kvm4j.state.XsaveState;

/** VcpuState over the ioctls of a vCPU. */
final class KvmVcpuState implements VcpuState {

  private static final int LAST_SIGNAL = 64;

  private final VcpuIoctls ioctls;
  private final NestedStates nested;

  KvmVcpuState(VcpuIoctls ioctls) {
    this.ioctls = ioctls;
    nested = new NestedStates(ioctls);
  }

  @Override
  public SpecialRegisters2 specialRegisters2() {
    return ioctls.get(KVM_GET_SREGS2, KvmSregs2::read);
  }

  @Override
  public void setSpecialRegisters2(SpecialRegisters2 registers) {
    ioctls.set(KVM_SET_SREGS2, KvmSregs2::write, registers);
  }

  @Override
  public int xsaveSizeBytes() {
    ioctls.checkThread();
    return Math.max(xsave2Bytes(), KvmXsave.SIZEOF);
  }

  @Override
  public XsaveState xsave() {
    ByteBuffer area = Native.allocate(xsaveSizeBytes());
    ioctls.call(xsave2Bytes() > 0 ? KVM_GET_XSAVE2 : KVM_GET_XSAVE, area);
    byte[] bytes = new byte[area.capacity()];
    area.get(KvmXsave.REGION, bytes);
    return new XsaveState(bytes);
  }

  @Override
  public void setXsave(XsaveState state) {
    int expected = xsaveSizeBytes();
    if (state.sizeBytes() != expected) {
      throw new IllegalArgumentException(
          "an XSAVE area of %d bytes, but this VM's have %d: it comes from another kind of host"
              .formatted(state.sizeBytes(), expected));
    }
    // KVM_SET_XSAVE reads as many bytes as KVM_GET_XSAVE2 writes, whatever its number says.
    ByteBuffer area = Native.allocate(expected);
    area.put(KvmXsave.REGION, state.area());
    ioctls.call(KVM_SET_XSAVE, area);
  }

  @Override
  public List<Xcr> xcrs() {
    return ioctls.get(
        KVM_GET_XCRS,
        xcrs -> {
          int count = xcrs.getInt(KvmXcrs.NR_XCRS);
          if (count < 0 || count > KvmXcrs.KVM_MAX_XCRS) {
            throw new KvmException(
                "%s on %s: the kernel speaks of %d registers, and %d fit. Report this."
                    .formatted(KVM_GET_XCRS, ioctls.fd().name(), count, KvmXcrs.KVM_MAX_XCRS));
          }
          return KvmXcrs.read(xcrs);
        });
  }

  @Override
  public void setXcrs(List<Xcr> xcrs) {
    if (xcrs.size() > KvmXcrs.KVM_MAX_XCRS) {
      throw new IllegalArgumentException(
          "%d extended control registers: KVM takes at most %d"
              .formatted(xcrs.size(), KvmXcrs.KVM_MAX_XCRS));
    }
    ioctls.set(KVM_SET_XCRS, KvmXcrs::write, xcrs);
  }

  @Override
  public DebugRegisters debugRegisters() {
    return ioctls.get(KVM_GET_DEBUGREGS, KvmDebugregs::read);
  }

  @Override
  public void setDebugRegisters(DebugRegisters registers) {
    ioctls.set(KVM_SET_DEBUGREGS, KvmDebugregs::write, registers);
  }

  @Override
  public LocalApicState localApic() {
    return ioctls.get(KVM_GET_LAPIC, KvmLapicState::read);
  }

  @Override
  public void setLocalApic(LocalApicState state) {
    ioctls.set(KVM_SET_LAPIC, KvmLapicState::write, state);
  }

  @Override
  public VcpuEvents events() {
    return ioctls.get(KVM_GET_VCPU_EVENTS, KvmVcpuEvents::read);
  }

  @Override
  public void setEvents(VcpuEvents events) {
    ioctls.checkThread();
    requireFor(events, VcpuEvents.Part.PAYLOAD, KvmCapability.EXCEPTION_PAYLOAD);
    requireFor(events, VcpuEvents.Part.TRIPLE_FAULT, KvmCapability.X86_TRIPLE_FAULT_EVENT);
    ioctls.set(KVM_SET_VCPU_EVENTS, KvmVcpuEvents::write, events);
  }

  @Override
  public NestedState nested() {
    return nested.read();
  }

  @Override
  public void setNested(NestedState state) {
    nested.write(state);
  }

  @Override
  public CpuidTable cpuid() {
    return tellCpuid(KVM_GET_CPUID2);
  }

  @Override
  public CpuidTable supportedHypervCpuid() {
    return tellCpuid(KVM_GET_SUPPORTED_HV_CPUID);
  }

  @Override
  public void setSignalMask(Set<Integer> blocked) {
    int kick = ioctls.fd().sys().kickSignal();
    for (int signal : blocked) {
      if (signal < 1 || signal > LAST_SIGNAL) {
        throw new IllegalArgumentException(
            "no signal %d: give 1 to %d".formatted(signal, LAST_SIGNAL));
      }
      if (signal == kick) {
        throw new IllegalArgumentException(
            "signal %d must not be blocked: Vcpu.kick() and close() send it".formatted(kick));
      }
    }
    ioctls.set(KVM_SET_SIGNAL_MASK, KvmSignalMask::write, blocked);
  }

  @Override
  public void clearSignalMask() {
    ioctls.call(KVM_SET_SIGNAL_MASK, 0);
  }

  private CpuidTable tellCpuid(Ioctl call) {
    ioctls.checkThread();
    return CountedList.VCPU_CPUID.from(ioctls.fd(), call);
  }

  /** 0 on kernels before 5.17. */
  private int xsave2Bytes() {
    return ioctls.fd().capabilities().value(KvmCapability.XSAVE2);
  }

  private void requireFor(VcpuEvents events, VcpuEvents.Part part, KvmCapability capability) {
    if (events.valid().contains(part)) {
      ioctls
          .fd()
          .capabilities()
          .require(capability, "%s of KVM_SET_VCPU_EVENTS on %s".formatted(part, name()));
    }
  }

  private String name() {
    return ioctls.fd().name();
  }
}
