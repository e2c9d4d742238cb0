package org.kvm4j.devices.pit;

import static org.kvm4j.devices.pit.InputClock.NEVER;

import java.util.function.Function;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmTimer;

/**
 * Drives the interrupt line with OUT of a counter.
 *
 * <p>A timer wakes it for every change of OUT but one: the strobe of modes 2, 4 and 5 is low for
 * 838 ns only, and two timers so close would cost twice and still come too late. So only the end of
 * a strobe, the rising edge that interrupts, wakes; the line goes low and high then. An access
 * within the strobe sets the line low in time, as it sets it to whatever OUT is.
 *
 * <p>Edges that a late host has missed become one edge: see the package's description.
 */
final class InterruptOutput {

  /** 200 us: wakes for a periodic mode come no faster, however short its period. */
  private static final int LEAST_PULSES_BETWEEN_WAKES = 239;

  /** In a saved state. */
  private static final int NO_WAKE = -1;

  /** More than the longest count takes. */
  private static final int GREATEST_WAKE_IN = 0x2_0000;

  private final Counter counter;
  private final InputClock inputClock;
  private final InterruptLine line;
  private final VmTimer timer;
  private boolean high;
  private long nextRise = NEVER;
  private long wakeAt = NEVER;
  private long earliestPeriodicWake;

  InterruptOutput(
      Counter counter,
      InputClock inputClock,
      InterruptLine line,
      Function<Runnable, VmTimer> timers) {
    this.counter = counter;
    this.inputClock = inputClock;
    this.line = line;
    this.timer = timers.apply(this::wake);
  }

  /** Brings the line up to a pulse; called before and after whatever may change the counter. */
  void update(long now) {
    if (nextRise <= now) {
      drive(false);
      drive(true);
      earliestPeriodicWake = now + LEAST_PULSES_BETWEEN_WAKES;
    }
    drive(counter.out(now));
    nextRise = counter.nextRise(now);
    arm(counter.nextChange(now));
  }

  void reset() {
    nextRise = NEVER;
    earliestPeriodicWake = 0;
    drive(false);
    setWake(NEVER);
  }

  void save(long now, StateWriter out) {
    // Relative to now, and with what a late host still owes the guest.
    out.put("interrupt.high", high)
        .put("interrupt.edgeDue", nextRise <= now)
        .put("interrupt.wakeIn", wakeAt == NEVER ? NO_WAKE : (int) Math.max(wakeAt - now, 0))
        .put("interrupt.noPeriodicWakeFor", (int) Math.max(earliestPeriodicWake - now, 0));
  }

  /** Goes on as saved, after the counter has been restored. */
  void restore(State state, long now) {
    drive(state.high());
    nextRise = state.edgeDue() ? now : counter.nextRise(now);
    earliestPeriodicWake = now + state.noPeriodicWakeFor();
    setWake(state.wakeIn() == NO_WAKE ? NEVER : now + state.wakeIn());
  }

  /** What {@link #save} writes; checked, but a wrong time to wake does no harm. */
  record State(boolean high, boolean edgeDue, int wakeIn, int noPeriodicWakeFor) {

    /**
     * Reads and checks.
     *
     * @throws org.kvm4j.device.DeviceStateException if the values are out of range
     */
    static State read(StateReader in) {
      return new State(
          in.booleanValue("interrupt.high"),
          in.booleanValue("interrupt.edgeDue"),
          in.intValue("interrupt.wakeIn", NO_WAKE, GREATEST_WAKE_IN),
          in.intValue("interrupt.noPeriodicWakeFor", 0, LEAST_PULSES_BETWEEN_WAKES));
    }
  }

  private void wake() {
    wakeAt = NEVER; // the timer has fired and is to be armed again, be it for the same pulse
    update(inputClock.pulse());
  }

  private void drive(boolean level) {
    high = level;
    line.set(level);
  }

  private void arm(long pulse) {
    boolean limited = counter.periodic() && pulse != NEVER;
    long wake = limited ? Math.max(pulse, earliestPeriodicWake) : pulse;
    if (wake != wakeAt) { // most accesses change nothing, and a timer is not free
      setWake(wake);
    }
  }

  private void setWake(long pulse) {
    wakeAt = pulse;
    if (pulse == NEVER) {
      timer.cancel();
    } else {
      timer.arm(InputClock.nanosOf(pulse));
    }
  }
}
