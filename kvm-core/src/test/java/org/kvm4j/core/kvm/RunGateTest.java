package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.core.abi.KvmRun;

/** Closing while a thread is inside, where another order of the threads would hide a mistake. */
@Timeout(60)
final class RunGateTest {

  private final ScriptedKernel kernel = new ScriptedKernel();
  private final RunGate gate =
      new RunGate(kernel, new RunArea(Native.allocate(KvmRun.SIZEOF)), "vCPU 0");

  @Test
  void ofTwoClosersThatWait_oneIsTheOneThatCloses() throws Exception {
    gate.enter();
    FutureTask<Boolean> first = closer();
    FutureTask<Boolean> second = closer();
    kernel.awaitSignals(2); // each kicks, then waits, without letting go of the lock

    gate.leave();

    int closers = (first.get() ? 1 : 0) + (second.get() ? 1 : 0);
    assertEquals(1, closers, "two would unmap the run area twice");
  }

  @Test
  void whileACloserWaits_theOwnerDoesNotGetInAgain() throws Exception {
    gate.enter();
    FutureTask<Boolean> closing = closer();
    kernel.awaitSignals(1);

    synchronized (gate) { // the closer has no chance to come in between
      gate.check(); // the owner may still look at its vCPU
      gate.leave();
      IllegalStateException refused = assertThrows(IllegalStateException.class, gate::enter);
      assertEquals("vCPU 0 is closed", refused.getMessage());
    }

    assertEquals(true, closing.get());
  }

  private FutureTask<Boolean> closer() {
    FutureTask<Boolean> task = new FutureTask<>(gate::close);
    Thread thread = new Thread(task, "closer");
    thread.setDaemon(true);
    thread.start();
    return task;
  }
}
