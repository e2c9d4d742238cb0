package org.kvm4j.devices.pit;

import java.util.List;

/** The chip: three counters and the control word register, at A1 A0. */
final class I8254 implements ChipRegisters {

  private static final int CONTROL_WORD_REGISTER = 3;

  /** SC of a control word; the fourth value is the read-back command. */
  private static final int SC_SHIFT = 6;

  private static final int SC_READ_BACK = 3;
  private static final int READ_BACK_NO_COUNT = 0x20;
  private static final int READ_BACK_NO_STATUS = 0x10;
  private static final int READ_BACK_CNT0 = 0x02;

  /** A read of the control word register selects nothing: the bus floats. */
  private static final int FLOATING = 0xff;

  private final List<Counter> counters =
      List.of(new Counter(true), new Counter(true), new Counter(false));

  Counter counter(int number) {
    return counters.get(number);
  }

  void reset() {
    counters.forEach(Counter::reset);
  }

  @Override
  public int read(int offset, long now) {
    return offset == CONTROL_WORD_REGISTER ? FLOATING : counters.get(offset).read(now);
  }

  @Override
  public void write(int offset, int value, long now) {
    if (offset != CONTROL_WORD_REGISTER) {
      counters.get(offset).write(value, now);
    } else if (value >> SC_SHIFT == SC_READ_BACK) {
      readBack(value, now);
    } else {
      control(counters.get(value >> SC_SHIFT), value, now);
    }
  }

  private static void control(Counter counter, int value, long now) {
    if ((value & ControlWord.RW) == 0) {
      counter.latchCount(now);
    } else {
      counter.program(new ControlWord(value & ControlWord.BITS));
    }
  }

  private void readBack(int command, long now) {
    for (int i = 0; i < counters.size(); i++) {
      if ((command & READ_BACK_CNT0 << i) != 0) {
        if ((command & READ_BACK_NO_COUNT) == 0) {
          counters.get(i).latchCount(now);
        }
        if ((command & READ_BACK_NO_STATUS) == 0) {
          counters.get(i).latchStatus(now);
        }
      }
    }
  }
}
