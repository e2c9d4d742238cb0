package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.KvmException;
import org.kvm4j.Vcpu;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.device.VmEvent;
import org.mockito.InOrder;

/** A guest that resets its machine, against a KVM of mocks. */
@Timeout(60)
final class MachineResetTest {

  private static final byte HLT = (byte) 0xf4;

  private final MockKvm kvm = new MockKvm();
  private final Semaphore runs = new Semaphore(0);
  private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
  private final ProbeDevice device =
      ProbeDevice.onAccess(context -> context.control().request(VmEvent.RESET, "port 0x200"));

  private Machine start() {
    Machine machine =
        Machine.create(
            kvm.hypervisor,
            MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[] {HLT}))
                .withDevices(List.of(DeviceRequest.of("probe"))),
            DeviceCatalog.of(List.of(device)),
            new Host(
                (id, spec) -> {
                  throw new AssertionError(id + " opened " + spec);
                },
                fault -> {
                  throw new AssertionError(fault);
                },
                messages::add));
    kvm.countRuns(runs);
    machine.start();
    return machine;
  }

  private void reset() {
    kvm.buses().pio().write(ProbeDevice.PORT, 1, 0);
  }

  @Test
  void reset_bringsDevicesAndMemoryBack_andTheMachineGoesOn() throws Exception {
    try (Machine machine = start()) {
      runs.acquire(2);
      machine.memory().writeByte(Boot.Flat.ADDRESS, 0x90); // the guest overwrites its kernel
      machine.memory().writeByte(0x1000, 0x55);

      reset();

      assertEquals("The guest reset the machine (port 0x200): it starts again.", messages.take());
      runs.acquire(2);
      assertEquals(1, device.resets());
      assertEquals(HLT, (byte) machine.memory().readByte(Boot.Flat.ADDRESS));
      assertEquals(0x55, machine.memory().readByte(0x1000)); // RAM is kept, as in a PC
      assertFalse(machine.isPaused());
    }
  }

  @Test
  void reset_canComeAgainAndAgain() throws Exception {
    try (Machine machine = start()) {
      for (int times = 1; times <= 3; times++) {
        runs.acquire(2);
        reset();
        messages.take();
      }
      runs.acquire(2);
      assertEquals(3, device.resets());
    }
  }

  /** The first one's start-up IPI must find the others waiting for it. */
  @Test
  void allVcpusAreReset_onTheirOwnThreads_beforeAnyGoesOn() throws Exception {
    Map<Integer, String> threads = new ConcurrentHashMap<>();
    try (Machine machine = start()) {
      runs.acquire(2);
      for (Vcpu vcpu : kvm.vcpus) {
        doAnswer(call -> threads.put(vcpu.id(), Thread.currentThread().getName()))
            .when(vcpu)
            .setRegisters(any());
      }
      reset();
      messages.take();
      runs.acquire(2);

      assertEquals(Map.of(0, "kvm4j-vcpu-0", 1, "kvm4j-vcpu-1"), threads);
      InOrder order = inOrder(kvm.vcpus.get(0), kvm.vcpus.get(1));
      order.verify(kvm.vcpus.get(1)).setMpState(any());
      order.verify(kvm.vcpus.get(0)).run();
      assertFalse(machine.isPaused());
    }
  }

  @Test
  void aPausedMachine_isReset_andStandsUntilItIsResumed() throws Exception {
    try (Machine machine = start()) {
      runs.acquire(2);
      machine.pause();

      reset();

      messages.take();
      assertTrue(machine.isPaused());
      assertEquals(0, runs.availablePermits());
      machine.resume();
      runs.acquire(2);
      assertEquals(1, device.resets());
    }
  }

  @Test
  void aVcpuThatCannotBeReset_endsTheMachine() throws Exception {
    try (Machine machine = start()) {
      runs.acquire(2);
      KvmException failure = new KvmException("KVM_SET_REGS on vCPU 1: EINVAL (22).");
      doThrow(failure).when(kvm.vcpus.get(1)).setRegisters(any());

      reset();

      assertEquals(MachineEnd.failed(failure), machine.await());
    }
  }

  @Test
  void aResetAfterTheEnd_isNoMore() throws Exception {
    try (Machine machine = start()) {
      runs.acquire(2);
      machine.stop("enough");
      machine.await();

      reset();
    }
    assertEquals(0, device.resets());
    verify(kvm.vcpus.get(0), never()).setMpState(any());
  }
}
