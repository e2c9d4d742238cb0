package org.kvm4j.machine.explain;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.kvm4j.GuestMemory;
import org.kvm4j.PastExit;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.device.OneLine;

/**
 * What is known of a vCPU at one moment. Immutable.
 *
 * @param id its APIC id
 * @param exit what it ended with, if it did
 * @param lastExits what it did before, the oldest first
 * @param state its registers, if it stood
 * @param note why there are no registers; empty if there are
 */
public record VcpuSnapshot(
    int id,
    Optional<VcpuExit> exit,
    List<PastExit> lastExits,
    Optional<CpuState> state,
    String note) {

  /** All are needed. */
  public VcpuSnapshot {
    Objects.requireNonNull(exit, "exit");
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(note, "note");
    lastExits = List.copyOf(lastExits);
  }

  /** Of a vCPU that stands; on its own thread. */
  public static VcpuSnapshot standing(Vcpu vcpu, GuestMemory memory, Optional<VcpuExit> exit) {
    List<PastExit> lastExits = vcpu.lastExits();
    try {
      CpuState state = CpuState.of(vcpu, memory);
      return new VcpuSnapshot(vcpu.id(), exit, lastExits, Optional.of(state), "");
    } catch (RuntimeException e) { // the report must not take the machine along
      return new VcpuSnapshot(
          vcpu.id(), exit, lastExits, Optional.empty(), OneLine.of(e.toString()));
    }
  }

  /** Of a vCPU that does not stand: it has not begun, or a device keeps it; any thread. */
  public static VcpuSnapshot running(Vcpu vcpu, String note) {
    return new VcpuSnapshot(vcpu.id(), Optional.empty(), vcpu.lastExits(), Optional.empty(), note);
  }
}
