package org.kvm4j.machine;

import java.util.Optional;
import org.kvm4j.GuestMemory;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.machine.explain.VcpuSnapshot;

/**
 * Keeps what a vCPU looked like when it stopped, as only its own thread may look. Threading: the
 * vCPU's thread tells, any thread asks.
 */
final class VcpuWitness {

  private final Vcpu vcpu;
  private final GuestMemory memory;
  private Optional<VcpuExit> lastExit = Optional.empty();
  private volatile Optional<VcpuSnapshot> standing = Optional.empty();

  VcpuWitness(Vcpu vcpu, GuestMemory memory) {
    this.vcpu = vcpu;
    this.memory = memory;
  }

  /** The vCPU cannot go on after this exit. */
  void endsWith(VcpuExit exit) {
    lastExit = Optional.of(exit);
  }

  /** The vCPU stands from now on. */
  void stands() {
    standing = Optional.of(VcpuSnapshot.standing(vcpu, memory, lastExit));
  }

  /** The vCPU runs again. */
  void goesOn() {
    if (standing.isPresent()) {
      standing = Optional.empty();
    }
  }

  /** Its last exits alone, if it does not stand. */
  VcpuSnapshot snapshot() {
    return standing.orElseGet(
        () -> VcpuSnapshot.running(vcpu, "it has not begun, or a device keeps it"));
  }
}
