package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.timeout;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.PastExit;
import org.kvm4j.Registers;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.machine.explain.Explanation;
import org.kvm4j.machine.explain.VcpuSnapshot;

/** What a machine tells of its guest, against a KVM of mocks. */
@Timeout(60)
final class MachineExplainTest {

  private final MockKvm kvm = new MockKvm();

  private Machine create() {
    return Machine.create(
        kvm.hypervisor,
        MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[1]))
            .withDevices(List.of(DeviceRequest.of("post-code"))),
        DeviceCatalog.load(),
        (id, spec) -> {
          throw new AssertionError(id + " opened " + spec);
        });
  }

  /** Or the machine would stand before its vCPUs have run. */
  private void startAndAwaitVcpus(Machine machine) {
    machine.start();
    kvm.vcpus.forEach(vcpu -> verify(vcpu, timeout(30_000).atLeastOnce()).run());
  }

  @Test
  void runningMachine_standsWhileItIsLookedAt_andGoesOn() throws InterruptedException {
    Set<String> readers = ConcurrentHashMap.newKeySet();
    try (Machine machine = create()) {
      kvm.vcpus.forEach(
          vcpu ->
              when(vcpu.registers())
                  .thenAnswer(
                      call -> {
                        readers.add(Thread.currentThread().getName());
                        return Registers.builder().rip(0x1000 + vcpu.id()).build();
                      }));
      startAndAwaitVcpus(machine);

      Explanation explanation = machine.explain();

      assertEquals(
          List.of(0x1000L, 0x1001L),
          explanation.vcpus().stream()
              .map(vcpu -> vcpu.state().orElseThrow().registers().rip())
              .toList());
      assertEquals(Set.of("kvm4j-vcpu-0", "kvm4j-vcpu-1"), readers);
      assertFalse(machine.isPaused());
    }
  }

  @Test
  void pausedMachine_isExplained_andStaysPaused() throws InterruptedException {
    try (Machine machine = create()) {
      startAndAwaitVcpus(machine);
      machine.pause();

      Explanation explanation = machine.explain();

      assertTrue(explanation.vcpus().stream().allMatch(vcpu -> vcpu.state().isPresent()));
      assertTrue(machine.isPaused());
    }
  }

  @Test
  void machineThatHasNotStarted_hasNoRegistersToTell() throws InterruptedException {
    try (Machine machine = create()) {
      VcpuSnapshot vcpu = machine.explain().vcpus().get(0);

      assertTrue(vcpu.state().isEmpty());
      assertEquals("it has not begun, or a device keeps it", vcpu.note());
    }
  }

  @Test
  void explanation_hasExits_postCodes_andPortsThatNobodyAnswers() throws InterruptedException {
    PastExit exit = new PastExit(PastExit.IO, true, 1, 0x80, 0x42, 1);
    try (Machine machine = create()) {
      when(kvm.vcpus.get(1).lastExits()).thenReturn(List.of(exit));
      machine.start();
      kvm.buses().pio().write(0x80, 1, 0x42);
      kvm.buses().pio().read(0x2f8, 1);

      Explanation explanation = machine.explain();

      assertEquals(List.of(exit), explanation.vcpus().get(1).lastExits());
      assertEquals(List.of(0x42), explanation.postCodes());
      assertEquals(Map.of(0x2f8L, 1L), explanation.unclaimedPorts());
      assertEquals(List.of("post-code"), explanation.devices());
    }
  }
}
