package org.kvm4j.machine.pit;

import java.util.Optional;

/** What KVM's answers about one counter may be compared for, after what the guest did to it. */
final class KvmCounter {

  private static final int TURN = 0x1_0000;
  private static final int LEAST_PERIOD_OF_COUNTER_0 = 239;
  private static final int NONE = -1;

  private final int number;
  private int controlWord;
  private int firstByte = NONE;
  private boolean counted;
  private int initialCount;
  private boolean gate;
  private Optional<KvmDifference> difference =
      Optional.of(KvmDifference.CONTROL_WORD_DOES_NOT_STOP);

  KvmCounter(int number) {
    this.number = number;
    gate = number != 2;
  }

  /** Takes a control word that is no latch command. */
  void control(int word) {
    controlWord = word;
    firstByte = NONE;
    counted = false;
    differ(KvmDifference.CONTROL_WORD_DOES_NOT_STOP);
  }

  /**
   * Takes a byte of a count.
   *
   * @return whether the counter starts to count with it, on both sides
   */
  boolean count(int value) {
    if (accessMode() == 3 && firstByte == NONE) {
      firstByte = value;
      if (mode() == 0) {
        differ(KvmDifference.MODE_0_DOES_NOT_STOP);
      }
      return false;
    }
    int register =
        switch (accessMode()) {
          case 1 -> value;
          case 2 -> value << 8;
          default -> value << 8 | firstByte;
        };
    boolean another = counted;
    firstByte = NONE;
    counted = true;
    initialCount = register == 0 ? TURN : register;
    return switch (mode()) {
      case 1, 5 -> differ(KvmDifference.WRITE_TRIGGERS);
      case 2, 3 -> {
        if (another && gate) {
          yield differ(KvmDifference.NEW_COUNT_DOES_NOT_WAIT);
        }
        yield gate ? start() : differ(KvmDifference.PERIODIC_MODE_DOES_NOT_STOP);
      }
      default -> gate ? start() : differ(stops());
    };
  }

  /**
   * Takes a level of GATE.
   *
   * @return as {@link #count}
   */
  boolean gate(boolean high) {
    boolean edge = high != gate;
    gate = high;
    if (!edge || !counted) {
      return false;
    }
    return switch (mode()) {
      case 1, 5 -> high && start();
      case 2, 3 -> high ? start() : differ(KvmDifference.PERIODIC_MODE_DOES_NOT_STOP);
      default -> differ(stops());
    };
  }

  private KvmDifference stops() {
    return mode() == 0 ? KvmDifference.MODE_0_DOES_NOT_STOP : KvmDifference.MODE_4_DOES_NOT_STOP;
  }

  private boolean start() {
    if ((controlWord & 1) != 0) {
      return differ(KvmDifference.NO_BCD);
    }
    boolean periodic = mode() == 2 || mode() == 3;
    if (number == 0 && periodic && initialCount < LEAST_PERIOD_OF_COUNTER_0) {
      return differ(KvmDifference.SHORT_PERIOD_OF_COUNTER_0);
    }
    difference = Optional.empty();
    return true;
  }

  private boolean differ(KvmDifference with) {
    difference = Optional.of(with);
    return false;
  }

  private int accessMode() {
    return controlWord >> 4 & 3;
  }

  /** The mode, 0 to 5. */
  int mode() {
    int bits = controlWord >> 1 & 7;
    return bits > 5 ? bits - 4 : bits;
  }

  /** Whether the control word names the mode by another number. */
  boolean modeByAnotherNumber() {
    return (controlWord >> 1 & 7) > 5;
  }

  /** How many values its count takes. */
  int countsPerTurn() {
    return switch (mode()) {
      case 2 -> initialCount;
      case 3 -> initialCount / 2;
      default -> TURN;
    };
  }

  /** Why its count may not be compared. */
  Optional<KvmDifference> countDifference() {
    return difference.isEmpty() && mode() == 3 && initialCount % 2 != 0
        ? Optional.of(KvmDifference.ODD_COUNT_OF_MODE_3)
        : difference;
  }

  /** Why its output may not be compared. */
  Optional<KvmDifference> outDifference() {
    return difference.isEmpty() && mode() != 0 && mode() != 3
        ? Optional.of(KvmDifference.OUT_INVERTED)
        : difference;
  }
}
