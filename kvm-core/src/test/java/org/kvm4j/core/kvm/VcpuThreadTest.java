package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.error;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;
import static org.kvm4j.core.kvm.ScriptedExit.pioIn;
import static org.kvm4j.core.kvm.ScriptedExit.sleep;
import static org.kvm4j.core.kvm.ScriptedExit.times;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Buses;
import org.kvm4j.Registers;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.sys.Errno;

/** Who may do what with a vCPU, and when. */
@Timeout(60)
final class VcpuThreadTest {

  private static final int MANY = 1_000_000_000;

  private final PioBus pio = mock(PioBus.class);

  @AutoClose
  private final ScriptedMachine machine = new ScriptedMachine(new Buses(pio, mock(MmioBus.class)));

  private final ScriptedKernel kernel = machine.kernel;

  @Test
  void beforeTheFirstRun_anyThreadMaySetUp() throws Exception {
    Registers start = Registers.builder().rip(0x1000).build();

    on("loader", () -> setRegisters(start)).get();
    on("another", () -> setRegisters(start)).get();

    assertEquals(
        2, kernel.calls().stream().filter("KVM_SET_REGS"::equals).count(), "both reached KVM");
  }

  @Test
  void afterTheFirstRun_anotherThreadIsRefused_withBothNames() throws Exception {
    kernel.exits(hlt());
    on("vcpu-0", machine.vcpu::run).get();

    for (Runnable access :
        List.<Runnable>of(
            machine.vcpu::run,
            machine.vcpu::registers,
            machine.vcpu::specialRegisters,
            machine.vcpu::fpu,
            machine.vcpu::mpState,
            () -> machine.vcpu.msrs(List.of(0x10)),
            () -> machine.vcpu.translate(0),
            () -> machine.vcpu.setRegisters(Registers.builder().build()))) {
      IllegalStateException refused = assertThrows(IllegalStateException.class, access::run);

      assertEquals(
          "vCPU 0 belongs to thread vcpu-0, which ran it first; thread %s may only kick or close it"
              .formatted(Thread.currentThread().getName()),
          refused.getMessage());
    }
    assertFalse(kernel.calls().contains("KVM_GET_REGS"), "KVM was not asked");
  }

  @Test
  void whileOneThreadRuns_aSecondIsRefused_withItsName() throws Exception {
    kernel.exits(sleep());
    FutureTask<VcpuExit> running = on("vcpu-0", machine.vcpu::run);
    kernel.awaitSleeps(1);

    IllegalStateException refused = assertThrows(IllegalStateException.class, machine.vcpu::run);

    assertEquals(
        "vCPU 0 is running on thread vcpu-0: a vCPU runs on one thread", refused.getMessage());
    machine.vcpu.kick();
    assertSame(VcpuExit.Interrupted.INSTANCE, running.get());
  }

  @Test
  void aKickFromAnotherThread_wakesASleepingVcpu_everyTime() throws Exception {
    for (int i = 1; i <= 100; i++) {
      kernel.exits(sleep());
    }
    FutureTask<Integer> running =
        on(
            "vcpu-0",
            () -> {
              int interruptions = 0;
              while (interruptions < 100) {
                assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());
                interruptions++;
              }
              return interruptions;
            });

    for (int i = 1; i <= 100; i++) {
      kernel.awaitSleeps(i);
      machine.vcpu.kick();
    }

    assertEquals(100, running.get());
  }

  @Test
  void aKick_signalsTheThreadThatRuns_andNoneWhenNoneDoes() throws Exception {
    kernel.exits(sleep(), sleep());
    machine.vcpu.kick();
    assertEquals(List.of(), kernel.signalled());

    FutureTask<Integer> running =
        on(
            "vcpu-0",
            () -> {
              machine.vcpu.run(); // ends at once by the kick before it
              machine.vcpu.run();
              return kernel.currentThreadId();
            });
    kernel.awaitSleeps(1);
    machine.vcpu.kick();

    assertEquals(List.of(running.get()), kernel.signalled());
  }

  @Test
  void close_kicksTheRunnerAndWaitsForIt() throws Exception {
    CountDownLatch inHandler = new CountDownLatch(1);
    CountDownLatch handlerMayEnd = new CountDownLatch(1);
    when(pio.read(0x60, 1))
        .then(
            call -> {
              inHandler.countDown();
              handlerMayEnd.await();
              return 0;
            });
    kernel.exits(pioIn(0x60, 1, 1));
    FutureTask<VcpuExit> running = on("vcpu-0", machine.vcpu::run);
    inHandler.await();

    FutureTask<List<String>> closing =
        on(
            "closer",
            () -> {
              machine.vcpu.close();
              return kernel.calls();
            });
    kernel.awaitSignals(1); // the closer kicks, then waits

    assertFalse(closing.isDone(), "a thread is in the run area");
    assertFalse(kernel.calls().contains("munmap"));
    handlerMayEnd.countDown();
    assertSame(VcpuExit.Interrupted.INSTANCE, running.get());
    List<String> calls = closing.get();
    assertEquals(List.of("munmap", "close"), calls.subList(calls.size() - 2, calls.size()));
  }

  @Test
  void close_getsThrough_evenIfTheRunnerRunsAgainAndAgain() throws Exception {
    kernel.exits(times(MANY, error(Errno.EINTR)));
    CountDownLatch started = new CountDownLatch(1);
    FutureTask<Throwable> running =
        on(
            "vcpu-0",
            () -> {
              while (true) {
                try {
                  machine.vcpu.run();
                  started.countDown();
                } catch (IllegalStateException e) {
                  return e;
                }
              }
            });
    started.await();

    machine.vcpu.close();

    assertEquals("vCPU 0 is closed", running.get().getMessage());
  }

  @Test
  void aClosedVm_closesItsVcpusFirst() throws Exception {
    kernel.exits(sleep());
    FutureTask<VcpuExit> running = on("vcpu-0", machine.vcpu::run);
    kernel.awaitSleeps(1);

    machine.vm.close();

    assertSame(VcpuExit.Interrupted.INSTANCE, running.get());
  }

  @Test
  void close_keepsTheInterruptOfTheThreadThatWaits() throws Exception {
    kernel.exits(sleep());
    FutureTask<VcpuExit> running = on("vcpu-0", machine.vcpu::run);
    kernel.awaitSleeps(1);

    FutureTask<Boolean> closing =
        on(
            "closer",
            () -> {
              Thread.currentThread().interrupt();
              machine.vcpu.close();
              return Thread.currentThread().isInterrupted();
            });

    assertTrue(closing.get());
    running.get();
  }

  @Test
  void closeFromWithinTheRun_isRefused_andAfterItWorks() {
    when(pio.read(0x60, 1))
        .then(
            call -> {
              machine.vcpu.close();
              return 0;
            });
    kernel.exits(pioIn(0x60, 1, 1), hlt());

    IllegalStateException refused = assertThrows(IllegalStateException.class, machine.vcpu::run);

    assertEquals(
        "vCPU 0 cannot be closed from within its own run: ask for a stop, then close it",
        refused.getMessage());
    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());
    machine.vcpu.close();
    assertTrue(kernel.calls().contains("munmap"));
  }

  @Test
  void closingTheVmFromWithinARun_isRefused_andAfterItWorks() {
    when(pio.read(0x60, 1))
        .then(
            call -> {
              machine.vm.close();
              return 0;
            });
    kernel.exits(pioIn(0x60, 1, 1));

    assertThrows(IllegalStateException.class, machine.vcpu::run);

    assertFalse(kernel.calls().contains("close"), "the VM is as it was");
    machine.vm.close(); // and the check after each test finds nothing open
  }

  @Test
  void closingTwice_closesOnce() {
    machine.vcpu.close();
    machine.vcpu.close();

    assertEquals(1, kernel.calls().stream().filter("munmap"::equals).count());
  }

  @Test
  void kickAfterClose_touchesNothing() {
    machine.vcpu.close();

    machine.vcpu.kick(); // a write to the unmapped run area would end the JVM

    assertEquals(List.of(), kernel.signalled());
  }

  @Test
  void everythingElseAfterClose_saysSo() {
    machine.vcpu.close();

    for (Runnable access :
        List.<Runnable>of(
            machine.vcpu::run,
            machine.vcpu::registers,
            machine.vcpu::mpState,
            () -> machine.vcpu.setMsrs(List.of()))) {
      assertEquals(
          "vCPU 0 is closed", assertThrows(IllegalStateException.class, access::run).getMessage());
    }
  }

  private int setRegisters(Registers registers) {
    machine.vcpu.setRegisters(registers);
    return 0;
  }

  private static <T> FutureTask<T> on(String threadName, Callable<T> action) {
    FutureTask<T> task = new FutureTask<>(action);
    Thread thread = new Thread(task, threadName);
    thread.setDaemon(true);
    thread.start();
    return task;
  }
}
