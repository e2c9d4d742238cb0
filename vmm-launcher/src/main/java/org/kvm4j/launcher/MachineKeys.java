package org.kvm4j.launcher;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.kvm4j.KvmException;
import org.kvm4j.core.stream.EscapeKey.Command;
import org.kvm4j.machine.Machine;

/**
 * What a user at the terminal can do to the machine.
 *
 * <p>All but the end is done on a thread of its own: a machine with a device that is stuck must not
 * take the keyboard along.
 */
final class MachineKeys implements AutoCloseable {

  static final Duration STANDARD_STEP = Duration.ofMillis(10);

  /** An action that may wait for the machine. */
  @FunctionalInterface
  private interface Action {
    void on(Machine machine) throws InterruptedException;
  }

  private final CompletableFuture<Machine> machine;
  private final Duration clockStep;
  private final Explainer explainer;
  private final Consumer<String> terminal;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread worker = new Thread(task, "kvm4j-keys");
            worker.setDaemon(true);
            return worker;
          });

  /**
   * For one machine.
   *
   * @param machine completed when it has started
   * @param clockStep how far the clock goes at a time
   * @param explainer tells what the guest does
   * @param terminal shows a text to the user
   */
  MachineKeys(
      CompletableFuture<Machine> machine,
      Duration clockStep,
      Explainer explainer,
      Consumer<String> terminal) {
    this.machine = machine;
    this.clockStep = clockStep;
    this.explainer = explainer;
    this.terminal = terminal;
  }

  List<Command> commands() {
    return List.of(
        Command.quit(() -> stop("Ctrl-A x")),
        new Command('b', "press the power button", () -> later(this::pressPowerButton)),
        new Command('p', "pause, or go on", () -> later(this::pauseOrResume)),
        new Command(
            'e',
            "explain what the guest does",
            () -> later(running -> terminal.accept(explainer.explain(running)))),
        new Command(
            's',
            "step the clock of the devices by %d ms".formatted(clockStep.toMillis()),
            () -> later(this::stepClock)));
  }

  /** Also right while the machine is still being made: it stops as soon as it is there. */
  void stop(String cause) {
    var unused = machine.thenAccept(running -> running.stop(cause));
  }

  private void pauseOrResume(Machine running) throws InterruptedException {
    if (running.isPaused()) {
      running.resume();
    } else {
      running.pause();
      terminal.accept("The machine is paused. Ctrl-A p lets it go on.");
    }
  }

  private void pressPowerButton(Machine running) {
    if (!running.pressPowerButton()) {
      terminal.accept(
          "The machine has no power button, because it has no device acpi-pm. Ctrl-A x ends it.");
    }
  }

  private void stepClock(Machine running) {
    running.stepClock(clockStep);
    terminal.accept("The clock is at %.3f s.".formatted(running.clock().nanoTime() / 1e9));
  }

  private void later(Action action) {
    var unused = machine.thenAcceptAsync(running -> perform(action, running), thread);
  }

  private void perform(Action action, Machine running) {
    try {
      action.on(running);
    } catch (KvmException e) {
      terminal.accept(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the session ends
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
