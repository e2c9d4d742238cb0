package org.kvm4j.machine.pit;

import static org.kvm4j.machine.pit.PitAccess.CONTROL;
import static org.kvm4j.machine.pit.PitAccess.COUNTERS;
import static org.kvm4j.machine.pit.PitAccess.PORT_B;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Random accesses to a PIT, in no order but this, which the datasheet asks for ("Read Operations":
 * two bytes must be read) and where KVM's PIT and ours take different ways otherwise: of a counter
 * that has a byte of a count to give, the count is not latched; and it is read to the end before it
 * gets a control word.
 */
final class PitSequence {

  private static final int LEAST_COUNT = 0x100;
  private static final double DOUBLINGS_OF_A_COUNT = 8;
  private static final int MOST_PAUSE_NANOS = 3_000_000;

  private final Random random;
  private final List<PitAccess> accesses = new ArrayList<>();
  private final List<Counter> counters = List.of(new Counter(0), new Counter(1), new Counter(2));

  private PitSequence(long seed) {
    random = new Random(seed);
  }

  /** As many accesses or a few more, the same for the same seed. */
  static List<PitAccess> of(long seed, int length) {
    PitSequence sequence = new PitSequence(seed);
    sequence.add(PitAccess.out(PORT_B, 1));
    sequence.counters.forEach(Counter::program);
    while (sequence.accesses.size() < length) {
      sequence.act(sequence.counters.get(sequence.random.nextInt(3)));
    }
    return List.copyOf(sequence.accesses);
  }

  private void act(Counter counter) {
    switch (random.nextInt(16)) {
      case 0, 1 -> counter.program();
      case 2 -> counter.writeCount();
      case 3, 4, 5, 6 -> counter.latchCount();
      case 7, 8, 9 -> readBack(random.nextInt(0x40) & 0x3e);
      case 10, 11, 12 -> counter.read();
      case 13 -> add(PitAccess.out(PORT_B, random.nextInt(4) == 0 ? random.nextInt(16) : 1));
      default -> add(PitAccess.in(PORT_B));
    }
  }

  private void readBack(int selection) {
    int command = selection;
    for (Counter counter : counters) {
      if ((selection & 2 << counter.number) != 0) {
        if ((selection & 0x20) == 0 && counter.owesByte && counter.latchedBytes == 0) {
          command &= ~(2 << counter.number);
        } else {
          counter.latch((selection & 0x20) == 0, (selection & 0x10) == 0);
        }
      }
    }
    add(PitAccess.out(CONTROL, 0xc0 | command));
    counters.stream().filter(each -> random.nextBoolean()).forEach(Counter::readToTheEnd);
  }

  private void add(PitAccess access) {
    boolean pauses = random.nextInt(6) == 0;
    accesses.add(pauses ? access.after(random.nextInt(MOST_PAUSE_NANOS)) : access);
  }

  /** What a counter has to give, so that it can be read to the end. */
  private final class Counter {

    private final int number;
    private int accessMode = 3;
    private boolean statusLatched;
    private int latchedBytes;
    private boolean owesByte;

    Counter(int number) {
      this.number = number;
    }

    void program() {
      readToTheEnd();
      accessMode = 1 + random.nextInt(3);
      int mode = random.nextInt(8);
      if (number != 2 && (mode & 3) == 1 && random.nextInt(4) != 0) {
        mode &= 4; // these never get the trigger that 1 and 5 want
      }
      int bcd = random.nextInt(16) == 0 ? 1 : 0;
      add(PitAccess.out(CONTROL, number << 6 | accessMode << 4 | mode << 1 | bcd));
      if (random.nextInt(6) == 0) {
        add(PitAccess.in(PORT_B)); // or a little later, with something in between
      }
      writeCount();
      if (number == 2 && ((mode & 3) == 1 || random.nextInt(4) == 0)) {
        add(PitAccess.out(PORT_B, 0));
        add(PitAccess.out(PORT_B, 1)); // the trigger
      }
    }

    void writeCount() {
      int count = (int) (LEAST_COUNT * Math.pow(2, random.nextDouble() * DOUBLINGS_OF_A_COUNT));
      if (random.nextInt(10) == 0) {
        count = 0;
      }
      if (accessMode != 2) {
        add(PitAccess.out(COUNTERS + number, count & 0xff));
      }
      if (accessMode == 3 && random.nextInt(4) == 0) {
        read();
      }
      if (accessMode != 1) {
        add(PitAccess.out(COUNTERS + number, count >> 8));
      }
    }

    void latchCount() {
      if (!owesByte) {
        latch(true, false);
        add(PitAccess.out(CONTROL, number << 6));
        if (random.nextInt(4) != 0) {
          readToTheEnd();
        }
      }
    }

    void latch(boolean count, boolean status) {
      statusLatched |= status;
      if (count && latchedBytes == 0) {
        latchedBytes = accessMode == 3 ? 2 : 1;
      }
    }

    void read() {
      add(PitAccess.in(COUNTERS + number));
      if (statusLatched) {
        statusLatched = false;
      } else if (latchedBytes > 0) {
        latchedBytes--;
      } else if (accessMode == 3) {
        owesByte = !owesByte;
      }
    }

    void readToTheEnd() {
      while (statusLatched || latchedBytes > 0 || owesByte) {
        read();
      }
    }
  }
}
