package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;
import org.kvm4j.testkit.RecordingLine;

/** A host whose timers come late, which the fake clock never shows. */
class InterruptOutputTest {

  private static final int PERIOD = 1000;

  private final LateHost host = new LateHost();
  private final RecordingLine line = new RecordingLine();
  private final Counter counter = new Counter(true);
  private final InterruptOutput output =
      new InterruptOutput(counter, new InputClock(host), line, host::timer);

  @Test
  void missedPeriods_becomeOneEdge_andTheNextIsOnTheOldGrid() {
    start(2);
    host.fireAt(7 * PERIOD + 500);
    assertEquals(1, line.risingEdges());
    assertTrue(line.isHigh());
    assertEquals(8 * PERIOD, host.deadlinePulse);
  }

  @Test
  void missedRise_isSeen_thoughTheSquareWaveIsLowAgain() {
    start(3);
    host.fireAt(PERIOD + 700);
    assertEquals(1, line.risingEdges());
    assertFalse(line.isHigh());
    assertEquals(2 * PERIOD, host.deadlinePulse);
  }

  @Test
  void lateFall_isNoEdge() {
    start(3);
    host.fireAt(PERIOD - 1);
    assertEquals(0, line.risingEdges());
    assertFalse(line.isHigh());
  }

  @Test
  void missedStrobe_isSeen() {
    start(4);
    host.fireAt(5 * PERIOD);
    assertEquals(1, line.risingEdges());
    assertEquals(InputClock.NEVER, host.deadlinePulse);
  }

  @Test
  void accessBeforeTheLateTimer_deliversTheEdge_andTheTimerDoesNotRepeatIt() {
    start(2);
    host.pulse = PERIOD + 3;
    output.update(host.pulse);
    assertEquals(1, line.risingEdges());
    host.fireAt(PERIOD + 5);
    assertEquals(1, line.risingEdges());
  }

  @Test
  void accessesWithinAPeriod_doNotArmTheTimerAgain() {
    start(2);
    host.arms = 0;
    for (int pulse = 1; pulse < PERIOD; pulse++) {
      output.update(pulse);
    }
    assertEquals(0, host.arms);
  }

  @Test
  void timerThatComesEarly_isArmedAgain() {
    start(2);
    host.fireAt(PERIOD - 1);
    assertEquals(0, line.risingEdges());
    assertEquals(PERIOD, host.deadlinePulse);
  }

  /** Loads the counter at pulse 0. */
  private void start(int mode) {
    counter.program(new ControlWord(0x30 | mode << 1));
    counter.write(PERIOD & 0xff, -1);
    counter.write(PERIOD >> 8, -1);
    output.update(0);
    line.clearEdges();
  }

  private static final class LateHost implements VmClock {
    private Runnable task = () -> {};
    private long pulse;
    private long deadlinePulse = InputClock.NEVER;
    private int arms;

    VmTimer timer(Runnable newTask) {
      task = newTask;
      return new VmTimer() {
        @Override
        public void arm(long deadlineNanos) {
          arms++;
          deadlinePulse = InputClock.pulseAt(deadlineNanos);
        }

        @Override
        public void cancel() {
          deadlinePulse = InputClock.NEVER;
        }
      };
    }

    void fireAt(long newPulse) {
      pulse = newPulse;
      deadlinePulse = InputClock.NEVER;
      task.run();
    }

    @Override
    public long nanoTime() {
      return InputClock.nanosOf(pulse);
    }

    @Override
    public long epochMillis() {
      return 0;
    }
  }
}
