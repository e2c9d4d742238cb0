package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceType;

/** A machine that stands and goes on, against a KVM of mocks. */
@Timeout(60)
final class MachinePauseTest {

  private final MockKvm kvm = new MockKvm();
  private final Semaphore runs = new Semaphore(0);

  private Machine create() {
    return create(RunOptions.STANDARD);
  }

  private Machine create(RunOptions run) {
    Machine machine =
        Machine.create(
            kvm.hypervisor,
            MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[1]))
                .withDevices(List.of(DeviceRequest.of("probe")))
                .withRun(run),
            DeviceCatalog.of(List.of(ProbeDevice.onAccess(context -> {}))),
            (id, spec) -> {
              throw new AssertionError(id + " opened " + spec);
            });
    kvm.countRuns(runs);
    return machine;
  }

  @Test
  void pause_returnsWhenNoVcpuRuns_andResumeLetsThemGoOn() throws Exception {
    try (Machine machine = create()) {
      machine.start();
      runs.acquire(2);

      machine.pause();

      assertTrue(machine.isPaused());
      assertEquals(0, runs.availablePermits());
      machine.resume();
      runs.acquire(2);
      assertFalse(machine.isPaused());
    }
  }

  @Test
  void theClock_standsWhileTheMachineDoes() throws Exception {
    try (Machine machine = create()) {
      machine.start();
      machine.pause();
      long now = machine.clock().nanoTime();

      assertEquals(now, machine.clock().nanoTime());
      machine.resume();
      while (machine.clock().nanoTime() == now) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void aGuestWithKvmClock_isToldThatItWasPaused_onEveryVcpu() throws Exception {
    try (Machine machine = create()) {
      machine.start();
      runs.acquire(2);
      machine.pause();

      for (Vcpu vcpu : kvm.vcpus) {
        verify(vcpu.tsc()).notifyPaused();
      }
    }
  }

  @Test
  void aHostThatCannotTellTheGuest_pausesAllTheSame() throws Exception {
    try (Machine machine = create()) {
      VcpuTsc tsc = mock(VcpuTsc.class);
      when(kvm.vcpus.get(0).tsc()).thenReturn(tsc);
      doThrow(mock(KvmCapabilityException.class)).when(tsc).notifyPaused();
      machine.start();
      runs.acquire(2);

      machine.pause();

      verify(tsc).notifyPaused();
    }
  }

  @Test
  void pausingTwice_andResumingTwice_doNoMore() throws Exception {
    try (Machine machine = create()) {
      machine.start();
      machine.pause();
      machine.pause();
      machine.resume();
      machine.resume();
      runs.acquire(2);
    }
  }

  @Test
  void aMachinePausedBeforeItsStart_standsUntilResumed() throws Exception {
    try (Machine machine = create()) {
      machine.pause();
      machine.start();
      assertEquals(0, machine.clock().nanoTime());
      assertEquals(0, runs.availablePermits());

      machine.resume();
      runs.acquire(2);
    }
  }

  @Test
  void aPausedMachine_canBeStopped() throws Exception {
    try (Machine machine = create()) {
      machine.start();
      machine.pause();
      machine.stop("Ctrl-A x");

      assertEquals("Ctrl-A x", machine.await().cause());
    }
  }

  @Test
  void anInterruptedPause_leavesTheMachineRunning() throws Exception {
    try (Machine machine = create()) {
      CountDownLatch inGuest = new CountDownLatch(1);
      CountDownLatch mayLeave = new CountDownLatch(1);
      AtomicInteger rounds = new AtomicInteger();
      doAnswer(
              call -> {
                inGuest.countDown();
                if (rounds.getAndIncrement() == 0) {
                  mayLeave.await(); // in a device, say
                }
                runs.release();
                return VcpuExit.Interrupted.INSTANCE;
              })
          .when(kvm.vcpus.get(0))
          .run();
      machine.start();
      inGuest.await();
      Thread.currentThread().interrupt();

      assertThrows(InterruptedException.class, machine::pause);

      assertFalse(machine.isPaused());
      mayLeave.countDown();
      runs.acquire(3);
    }
  }

  @Test
  void aStandingClock_isMovedByHand() throws Exception {
    try (Machine machine = create(RunOptions.STANDARD.withClockRate(0))) {
      machine.start();
      assertEquals(0, machine.clock().nanoTime());

      machine.stepClock(Duration.ofMillis(10));

      assertEquals(10_000_000, machine.clock().nanoTime());
    }
  }

  @Test
  void replacing_pausesTheMachine_andLetsItGoOn() throws Exception {
    try (Machine machine = create()) {
      machine.start();
      runs.acquire(2);
      ProbeDevice newer = ProbeDevice.onAccess(context -> {});

      List<Replacement> done = machine.replaceDevices(DeviceType.builtIn(newer));

      assertTrue(done.get(0).done());
      assertEquals(
          "Device probe is now that of built in unknown, with its state.", done.get(0).sentence());
      assertFalse(machine.isPaused());
      runs.acquire(2);
      assertFalse(newer.isClosed());
    }
  }

  /** Its jar may change while the machine is being made. */
  @Test
  void replacingBeforeTheStart_leavesTheClockStanding_untilThen() throws Exception {
    try (Machine machine = create()) {
      ProbeDevice newer = ProbeDevice.onAccess(context -> {});

      assertTrue(machine.replaceDevices(DeviceType.builtIn(newer)).get(0).done());

      assertEquals(0, machine.clock().nanoTime());
      assertEquals(0, runs.availablePermits());
      machine.start();
      runs.acquire(2);
    }
  }

  @Test
  void aNewerDeviceThatIsRefused_isSaid_andTheMachineGoesOn() throws Exception {
    try (Machine machine = create()) {
      machine.start();
      runs.acquire(2);
      ProbeDevice broken =
          ProbeDevice.onCreate(
              context -> {
                throw new IllegalStateException("bug");
              });

      List<Replacement> done = machine.replaceDevices(DeviceType.builtIn(broken));

      assertFalse(done.get(0).done());
      assertTrue(done.get(0).sentence().startsWith("Device probe is not replaced"));
      runs.acquire(2);
    }
  }

  @Test
  void aTypeThatTheMachineHasNot_replacesNothing() throws Exception {
    try (Machine machine = create()) {
      ProbeDevice other = new ProbeDevice("other", context -> {}, context -> {});

      assertEquals(List.of(), machine.replaceDevices(DeviceType.builtIn(other)));
    }
  }
}
