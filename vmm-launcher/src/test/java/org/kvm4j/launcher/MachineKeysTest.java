package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.KvmException;
import org.kvm4j.core.stream.EscapeKey;
import org.kvm4j.device.VmClock;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.explain.Explanation;
import org.kvm4j.machine.explain.Symbols;

@Timeout(60)
final class MachineKeysTest {

  private final Machine machine = mock(Machine.class);
  private final CompletableFuture<Machine> started = new CompletableFuture<>();
  private final BlockingQueue<String> shown = new LinkedBlockingQueue<>();
  private final MachineKeys keys =
      new MachineKeys(
          started,
          Duration.ofMillis(5),
          new Explainer(() -> Symbols.NONE, Optional.empty()),
          shown::add);
  private final EscapeKey escape = new EscapeKey(shown::add, keys.commands());

  @AfterEach
  void close() {
    keys.close();
  }

  private void press(char key) {
    escape.filter(1);
    escape.filter(key);
  }

  @Test
  void x_stopsTheMachine_asSoonAsItIsThere() {
    press('x');
    verify(machine, never()).stop(any());

    started.complete(machine);

    verify(machine).stop("Ctrl-A x");
  }

  @Test
  void p_pausesAMachineThatRuns_andLetsAPausedOneGoOn() throws Exception {
    started.complete(machine);

    press('p');
    assertEquals("The machine is paused. Ctrl-A p lets it go on.", shown.take());
    verify(machine).pause();

    when(machine.isPaused()).thenReturn(true);
    when(machine.clock()).thenReturn(mock(VmClock.class));
    press('p');
    press('s');
    shown.take(); // what comes after it in turn has been done
    verify(machine).resume();
  }

  @Test
  void s_stepsTheClock_andShowsIt() throws Exception {
    VmClock clock = mock(VmClock.class);
    when(machine.clock()).thenReturn(clock);
    when(clock.nanoTime()).thenReturn(1_005_000_000L);
    started.complete(machine);

    press('s');

    assertEquals("The clock is at 1.005 s.", shown.take());
    verify(machine).stepClock(Duration.ofMillis(5));
  }

  @Test
  void e_explainsWhatTheGuestDoes() throws Exception {
    when(machine.explain())
        .thenReturn(
            new Explanation(
                List.of(), List.of(0x55), Map.of(), 0, "", Optional.empty(), List.of("serial")));
    started.complete(machine);

    press('e');

    assertEquals("POST codes, the last one last: 55", shown.take());
  }

  @Test
  void b_pressesThePowerButton_orSaysThatThereIsNone() throws Exception {
    when(machine.pressPowerButton()).thenReturn(true, false);
    started.complete(machine);

    press('b');
    press('b');

    assertEquals(
        "The machine has no power button, because it has no device acpi-pm. Ctrl-A x ends it.",
        shown.take());
    verify(machine, times(2)).pressPowerButton();
  }

  @Test
  void aMachineThatCannotBePaused_isSaid() throws Exception {
    doThrow(new KvmException("Pause: 1 vCPUs do not stop.")).when(machine).pause();
    started.complete(machine);

    press('p');

    assertEquals("Pause: 1 vCPUs do not stop.", shown.take());
  }
}
