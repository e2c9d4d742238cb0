package org.kvm4j.machine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kvm4j.KvmCapability;
import org.kvm4j.MpState;
import org.kvm4j.Msr;
import org.kvm4j.MsrRefusedException;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.state.DebugRegisters;
import org.kvm4j.state.LocalApicState;
import org.kvm4j.state.NestedState;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.Xcr;
import org.kvm4j.state.XsaveState;

/**
 * What a vCPU is at power-on, taken before it first ran, to be put back when the machine is reset.
 *
 * <p>KVM has no call that resets a vCPU. Its paravirtual MSRs matter most: kvm-clock and its like
 * go on writing into memory that belongs to the next kernel until they are switched off.
 */
final class PowerOnVcpu {

  /** They count on, as they may after a warm reset: a write would make KVM synchronise vCPUs. */
  private static final Set<Integer> COUNTERS =
      Set.of(
          0x10, // MSR_IA32_TSC
          0xe7, // MSR_IA32_MPERF
          0xe8); // MSR_IA32_APERF

  private final MpState mpState;
  private final Registers registers;
  private final SpecialRegisters specialRegisters;
  private final XsaveState xsave;
  private final Optional<List<Xcr>> xcrs;
  private final Optional<NestedState> nested;
  private final DebugRegisters debugRegisters;
  private final LocalApicState localApic;
  private final List<Msr> msrs;
  private final VcpuEvents events;

  /**
   * Takes it; on the thread that created the vCPU, or the vCPU's own.
   *
   * @param msrIndexList the MSRs that KVM can save
   */
  PowerOnVcpu(Vm vm, Vcpu vcpu, List<Integer> msrIndexList) {
    mpState = vcpu.mpState(); // first: it makes KVM take note of events that are under way
    registers = vcpu.registers();
    specialRegisters = vcpu.specialRegisters();
    xsave = vcpu.state().xsave();
    xcrs = vm.supports(KvmCapability.XCRS) ? Optional.of(vcpu.state().xcrs()) : Optional.empty();
    nested =
        vm.supports(KvmCapability.NESTED_STATE)
            ? Optional.of(vcpu.state().nested())
            : Optional.empty();
    debugRegisters = vcpu.state().debugRegisters();
    localApic = vcpu.state().localApic();
    msrs = readable(vcpu, msrIndexList);
    events = vcpu.state().events();
  }

  /** Some of those that KVM lists it refuses for this vCPU's CPUID. */
  private static List<Msr> readable(Vcpu vcpu, List<Integer> indexList) {
    List<Integer> left = new ArrayList<>(indexList);
    left.removeAll(COUNTERS);
    List<Msr> values = new ArrayList<>();
    while (!left.isEmpty()) {
      try {
        values.addAll(vcpu.msrs(left));
        return values;
      } catch (MsrRefusedException e) {
        values.addAll(e.valuesBefore());
        left = left.subList(e.position() + 1, left.size());
      }
    }
    return values;
  }

  /** Puts it back; on the vCPU's own thread, while no vCPU runs. */
  void restore(Vcpu vcpu) {
    nested.ifPresent(vcpu.state()::setNested); // or the registers would be those of a guest's guest
    vcpu.setMpState(mpState);
    vcpu.setSpecialRegisters(specialRegisters); // with the base and mode of the local APIC
    vcpu.state().setXsave(xsave);
    xcrs.ifPresent(vcpu.state()::setXcrs);
    vcpu.state().setDebugRegisters(debugRegisters);
    vcpu.setMsrs(changed(vcpu));
    vcpu.state().setLocalApic(localApic);
    vcpu.setRegisters(registers);
    vcpu.state().setEvents(events); // last: the calls before may have raised some
  }

  /** Only these: among the others are some that KVM lets nobody write. */
  private List<Msr> changed(Vcpu vcpu) {
    Set<Msr> now = new HashSet<>(vcpu.msrs(msrs.stream().map(Msr::index).toList()));
    return msrs.stream().filter(msr -> !now.contains(msr)).toList();
  }
}
