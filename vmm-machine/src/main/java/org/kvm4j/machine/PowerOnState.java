package org.kvm4j.machine;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.device.DeviceSet;

/**
 * What a machine is when it is switched on: its chips and vCPUs, as they were before any vCPU ran.
 *
 * <p>RAM is not a part of it: as on a PC, a reset keeps what is in there, but for what the loader
 * puts there again.
 */
final class PowerOnState {

  private final PowerOnChips chips;
  private final Map<Integer, PowerOnVcpu> vcpus;

  private PowerOnState(PowerOnChips chips, Map<Integer, PowerOnVcpu> vcpus) {
    this.chips = chips;
    this.vcpus = vcpus;
  }

  /**
   * Takes it.
   *
   * @param msrIndexList the MSRs that KVM can save
   */
  static PowerOnState of(Vm vm, KernelChips chips, List<Vcpu> vcpus, List<Integer> msrIndexList) {
    return new PowerOnState(
        new PowerOnChips(vm, chips),
        vcpus.stream()
            .collect(Collectors.toMap(Vcpu::id, vcpu -> new PowerOnVcpu(vm, vcpu, msrIndexList))));
  }

  /** Resets chips, devices, lines and vCPUs, while all vCPUs stand at the gate. */
  void restore(DeviceSet devices, PauseGate gate) {
    // All vCPUs before any goes on: the first one's start-up IPI must find the others waiting.
    gate.onEach(vcpu -> vcpus.get(vcpu.id()).restore(vcpu));
    chips.restore();
    devices.reset();
    devices.driveLines();
  }
}
