package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;
import static org.kvm4j.core.kvm.ScriptedExit.pioIn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Buses;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;

/** Closing a VM while others still use it. */
@Timeout(60)
final class VmCloseTest {

  private final PioBus pio = mock(PioBus.class);
  private final Buses buses = new Buses(pio, mock(MmioBus.class));
  private final ScriptedMachine machine = new ScriptedMachine(buses);
  private final ScriptedKernel kernel = machine.kernel;

  @Test
  void whileItWaitsForAVcpu_noOtherCanBeCreated() throws Exception {
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
    FutureTask<Void> closing = on("closer", this::closeVm);
    kernel.awaitSignals(1); // the closer kicks, then waits

    // Nobody would close this one, and guest memory would go away under it.
    IllegalStateException refused =
        assertThrows(IllegalStateException.class, () -> machine.vm.createVcpu(1, buses));

    assertEquals("the VM is closed", refused.getMessage());
    handlerMayEnd.countDown();
    assertSame(VcpuExit.Interrupted.INSTANCE, running.get());
    closing.get();
    machine.close(); // finds nothing open
  }

  @Test
  void fromWithinARun_itIsRefused_beforeAnyOtherVcpuIsClosed() {
    Vcpu second = machine.vm.createVcpu(1, buses);
    when(pio.read(0x60, 1))
        .then(
            call -> {
              machine.vm.close();
              return 0;
            });
    kernel.exits(pioIn(0x60, 1, 1), hlt());

    assertThrows(IllegalStateException.class, second::run);

    assertFalse(kernel.calls().contains("munmap"), "the VM is as it was");
    machine.vm.createVcpu(2, buses);
    machine.close();
  }

  private Void closeVm() {
    machine.vm.close();
    return null;
  }

  private static <T> FutureTask<T> on(String threadName, Callable<T> action) {
    FutureTask<T> task = new FutureTask<>(action);
    Thread thread = new Thread(task, threadName);
    thread.setDaemon(true);
    thread.start();
    return task;
  }
}
