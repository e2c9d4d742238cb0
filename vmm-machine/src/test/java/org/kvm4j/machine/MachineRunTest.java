package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.VmEvent;

/** The life of a machine, against a KVM of mocks: a test does the guest's accesses itself. */
@Timeout(60)
final class MachineRunTest {

  private final MockKvm kvm = new MockKvm();

  private final List<DeviceFaultException> faults = new CopyOnWriteArrayList<>();

  private Machine create(ProbeDevice device) {
    return create(device, RunOptions.STANDARD);
  }

  private Machine create(ProbeDevice device, RunOptions run) {
    return Machine.create(
        kvm.hypervisor,
        MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[1]))
            .withDevices(List.of(DeviceRequest.of("probe")))
            .withRun(run),
        DeviceCatalog.of(List.of(device)),
        new Host(
            (id, spec) -> {
              throw new AssertionError(id + " opened " + spec);
            },
            faults::add,
            message -> fail(message)));
  }

  private static ProbeDevice quiet() {
    return ProbeDevice.onAccess(context -> {});
  }

  @ParameterizedTest
  @CsvSource({"POWER_OFF, POWER_OFF", "RESET, RESET", "GUEST_PANIC, GUEST_PANIC"})
  void whatADeviceAsksFor_isTheEnd(VmEvent event, MachineEnd.Kind kind)
      throws InterruptedException {
    ProbeDevice device =
        ProbeDevice.onAccess(context -> context.control().request(event, "port 0x200"));
    try (Machine machine = create(device, RunOptions.STANDARD.withOnReset(ResetPolicy.STOP))) {
      machine.start();
      kvm.buses().pio().write(ProbeDevice.PORT, 1, 0);

      assertEquals(MachineEnd.of(kind, "port 0x200"), machine.await());
    }
  }

  @Test
  void exitThatADeviceAsksFor_isTheEnd_withItsStatus() throws InterruptedException {
    ProbeDevice device =
        ProbeDevice.onAccess(context -> context.control().exit(33, "the test passed"));
    try (Machine machine = create(device)) {
      machine.start();
      kvm.buses().pio().write(ProbeDevice.PORT, 1, 0);

      MachineEnd end = machine.await();
      assertEquals(MachineEnd.Kind.DEBUG_EXIT, end.kind());
      assertEquals(OptionalInt.of(33), end.status());
      assertEquals("the test passed", end.cause());
    }
  }

  @Test
  void firstEnd_counts() throws InterruptedException {
    ProbeDevice device =
        ProbeDevice.onAccess(
            context -> {
              context.control().request(VmEvent.GUEST_PANIC, "first");
              context.control().request(VmEvent.POWER_OFF, "second");
            });
    try (Machine machine = create(device)) {
      machine.start();
      kvm.buses().pio().read(ProbeDevice.PORT, 1);

      assertEquals(MachineEnd.of(MachineEnd.Kind.GUEST_PANIC, "first"), machine.await());
    }
  }

  @Test
  void deviceThatThrows_isFailedWithTheFault_andReadsAsAllOnes() throws InterruptedException {
    try (Machine machine = create(ProbeDevice.faulty())) {
      machine.start();
      assertEquals(0xff, kvm.buses().pio().read(ProbeDevice.PORT, 1));

      MachineEnd end = machine.await();
      assertEquals(MachineEnd.Kind.FAILED, end.kind());
      assertInstanceOf(DeviceFaultException.class, end.failure().orElseThrow());
      assertTrue(end.cause().startsWith("Device probe failed in a read of port 0x200"));
    }
  }

  @Test
  void deviceThatThrows_isFencedOnly_ifThatIsThePolicy() throws InterruptedException {
    RunOptions fence = RunOptions.STANDARD.withOnDeviceFault(FaultPolicy.FENCE);
    try (Machine machine = create(ProbeDevice.faulty(), fence)) {
      machine.start();
      assertEquals(0xff, kvm.buses().pio().read(ProbeDevice.PORT, 1));
      assertEquals(0xff, kvm.buses().pio().read(ProbeDevice.PORT, 1));

      assertEquals(1, faults.size());
      machine.stop("the guest went on until now");
      assertEquals("the guest went on until now", machine.await().cause());
    }
  }

  /** An endless loop, or a lock that nobody gives back. */
  @Test
  void deviceThatDoesNotComeBack_endsTheMachine_andItsMemoryStaysMapped() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    Semaphore mayEnd = new Semaphore(0);
    ProbeDevice device =
        ProbeDevice.onAccess(
            context -> {
              inside.countDown();
              mayEnd.acquireUninterruptibly();
            });
    Machine machine = create(device, RunOptions.STANDARD.withDeviceBudget(Duration.ofMillis(20)));
    doAnswer(
            run -> {
              kvm.buses().pio().read(ProbeDevice.PORT, 1);
              return VcpuExit.Interrupted.INSTANCE;
            })
        .when(kvm.vcpus.get(0))
        .run();
    machine.start();
    inside.await();

    MachineEnd end = machine.await();
    machine.close();

    assertEquals(MachineEnd.Kind.FAILED, end.kind());
    assertTrue(
        end.cause().startsWith("Device probe does not come back from a read of port 0x200"),
        end::cause);
    verify(kvm.vm, never()).close();
    mayEnd.release();
  }

  /** The user's patience may end before the device's budget does. */
  @Test
  void aMachineStoppedWhileADeviceIsStuck_endsAllTheSame() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    Semaphore mayEnd = new Semaphore(0);
    ProbeDevice device =
        ProbeDevice.onAccess(
            context -> {
              inside.countDown();
              mayEnd.acquireUninterruptibly();
            });
    Machine machine = create(device, RunOptions.STANDARD.withDeviceBudget(Duration.ofMillis(500)));
    doAnswer(
            run -> {
              kvm.buses().pio().read(ProbeDevice.PORT, 1);
              return VcpuExit.Interrupted.INSTANCE;
            })
        .when(kvm.vcpus.get(0))
        .run();
    machine.start();
    inside.await();

    machine.stop("Ctrl-A x");

    assertEquals("Ctrl-A x", machine.await().cause());
    machine.close();
    verify(kvm.vm, never()).close();
    mayEnd.release();
  }

  @Test
  void requestWhileDevicesAreCreated_endsTheMachineAtItsStart() throws InterruptedException {
    ProbeDevice device =
        ProbeDevice.onCreate(context -> context.control().request(VmEvent.POWER_OFF, "at once"));
    try (Machine machine = create(device)) {
      machine.start();

      assertEquals(MachineEnd.of(MachineEnd.Kind.POWER_OFF, "at once"), machine.await());
    }
    verify(kvm.vcpus.get(0), never()).run();
  }

  /** A stream's thread may run a device's code as soon as the device has opened the stream. */
  @Test
  void requestWhileVcpusAreCreated_endsTheMachineAtItsStart() throws Exception {
    DeviceContext[] device = new DeviceContext[1];
    CountDownLatch kicking = new CountDownLatch(1);
    CountDownLatch made = new CountDownLatch(1);
    List<CompletableFuture<Void>> requests = new ArrayList<>();
    doAnswer(
            call -> {
              doAnswer(kick -> awaitAfter(kicking, made)).when(kvm.vcpus.get(0)).kick();
              requests.add(
                  CompletableFuture.runAsync(
                      () -> device[0].control().request(VmEvent.POWER_OFF, "at once")));
              kicking.await();
              return kvm.vcpu(1, call.getArgument(1));
            })
        .when(kvm.vm)
        .createVcpu(eq(1), any());

    try (Machine machine = create(ProbeDevice.onCreate(context -> device[0] = context))) {
      made.countDown();
      requests.get(0).get();
      machine.start();

      assertEquals(MachineEnd.of(MachineEnd.Kind.POWER_OFF, "at once"), machine.await());
    }
  }

  private static Void awaitAfter(CountDownLatch reached, CountDownLatch awaited)
      throws InterruptedException {
    reached.countDown();
    awaited.await();
    return null;
  }

  @Test
  void endOfOneVcpu_endsTheOthers() throws InterruptedException {
    try (Machine machine = create(quiet())) {
      doReturn(new VcpuExit.Halt()).when(kvm.vcpus.get(1)).run();
      machine.start();

      assertEquals(
          MachineEnd.of(MachineEnd.Kind.HALTED, "KVM_EXIT_HLT on vCPU 1"), machine.await());
    }
    verify(kvm.vcpus.get(0), atLeastOnce()).kick();
  }

  @Test
  void stop_endsARunningMachine() throws InterruptedException {
    try (Machine machine = create(quiet())) {
      machine.start();
      machine.stop("Ctrl-A x");
      machine.stop("again");

      assertEquals(MachineEnd.of(MachineEnd.Kind.STOPPED, "Ctrl-A x"), machine.await());
    }
  }

  @Test
  void stopBeforeStart_endsTheMachineAtItsStart() throws InterruptedException {
    try (Machine machine = create(quiet())) {
      machine.stop("early");
      machine.start();

      assertEquals(MachineEnd.of(MachineEnd.Kind.STOPPED, "early"), machine.await());
    }
    verify(kvm.vcpus.get(0), never()).run();
  }

  @Test
  void vcpusStand_whenAwaitReturns() throws InterruptedException {
    try (Machine machine = create(quiet())) {
      machine.start();
      machine.stop("enough");
      machine.await();

      assertEquals(0, vcpuThreads());
    }
  }

  @Test
  void close_stopsARunningMachine() throws InterruptedException {
    ProbeDevice device = quiet();
    Machine machine = create(device);
    machine.start();

    machine.close();

    assertEquals(0, vcpuThreads());
    assertEquals(MachineEnd.of(MachineEnd.Kind.STOPPED, "closed"), machine.await());
    assertTrue(device.isClosed());
    verify(kvm.vm).close();
  }

  @Test
  void close_waitsForTheVcpus_beforeDevicesAndMemoryGo() throws InterruptedException {
    ProbeDevice device = quiet();
    Machine machine = create(device);
    CountDownLatch inGuest = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    doAnswer(
            run -> {
              awaitAfter(inGuest, leave);
              return VcpuExit.Interrupted.INSTANCE;
            })
        .when(kvm.vcpus.get(0))
        .run();
    machine.start();
    inGuest.await();

    Thread closing = new Thread(machine::close, "closing");
    closing.start();
    while (closing.isAlive() && closing.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    verify(kvm.vm, never()).close();
    assertFalse(device.isClosed());

    leave.countDown();
    closing.join();
    verify(kvm.vm).close();
    assertTrue(device.isClosed());
  }

  @Test
  void close_isIdempotent() {
    Machine machine = create(quiet());

    machine.close();
    machine.close();

    verify(kvm.vm, times(1)).close();
  }

  @Test
  void close_keepsTheInterruptOfItsThread() {
    Machine machine = create(quiet());
    machine.start();
    Thread.currentThread().interrupt();

    machine.close();

    assertTrue(Thread.interrupted());
    verify(kvm.vm).close();
    assertEquals(0, vcpuThreads());
  }

  @Test
  void interruptedWait_leavesTheMachineRunning() throws InterruptedException {
    try (Machine machine = create(quiet())) {
      machine.start();
      Thread.currentThread().interrupt();

      assertThrows(InterruptedException.class, machine::await);

      machine.stop("afterwards");
      assertEquals("afterwards", machine.await().cause());
    }
  }

  @Test
  void unclaimedPorts_areCounted() {
    try (Machine machine = create(quiet())) {
      kvm.buses().pio().write(0x2e8, 1, 0);
      kvm.buses().pio().read(0x2e8, 1);
      kvm.buses().pio().read(ProbeDevice.PORT, 1);

      assertEquals(Map.of(0x2e8L, 2L), machine.unclaimedPorts().byAddress());
    }
  }

  @Test
  void interruptLine_drivesTheVmsInterruptController() {
    ProbeDevice device = ProbeDevice.onAccess(context -> context.interruptLine(5).set(true));
    Machine machine = create(device);

    kvm.buses().pio().read(ProbeDevice.PORT, 1);
    verify(kvm.vm).setIrqLine(5, true);

    machine.close();
    verify(kvm.vm).setIrqLine(5, false);
  }

  private static long vcpuThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kvm4j-vcpu"))
        .count();
  }
}
