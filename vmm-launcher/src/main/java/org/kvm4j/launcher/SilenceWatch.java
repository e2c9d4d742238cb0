package org.kvm4j.launcher;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.kvm4j.machine.Machine;

/**
 * Waits until a guest has said nothing for too long, and tells so once. The time of a pause does
 * not count. Threading: its own thread, which closing ends.
 */
final class SilenceWatch implements AutoCloseable {

  private final Machine machine;
  private final long mostNanos;
  private final Consumer<Machine> onSilence;
  private final Thread thread = new Thread(this::watch, "kvm4j-silence");

  private SilenceWatch(Machine machine, Duration most, Consumer<Machine> onSilence) {
    this.machine = machine;
    this.mostNanos = most.toNanos();
    this.onSilence = onSilence;
    thread.setDaemon(true);
  }

  /**
   * Begins with a machine that starts now.
   *
   * @param most how long it may be silent
   * @param onSilence called on the watch's own thread, once at most
   */
  static SilenceWatch on(Machine machine, Duration most, Consumer<Machine> onSilence) {
    SilenceWatch watch = new SilenceWatch(machine, most, onSilence);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    long since = System.nanoTime();
    try {
      while (true) {
        long last = machine.output().lastNanoTime();
        since = last - since > 0 ? last : since;
        long silent = System.nanoTime() - since;
        if (silent < mostNanos) {
          TimeUnit.NANOSECONDS.sleep(mostNanos - silent);
        } else if (machine.isPaused()) {
          since = System.nanoTime();
        } else {
          onSilence.accept(machine);
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // closed
    }
  }

  /** Returns when nothing more is told. */
  @Override
  public void close() {
    thread.interrupt();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
