package org.kvm4j.machine.pit;

import static org.kvm4j.machine.pit.PitAccess.CONTROL;
import static org.kvm4j.machine.pit.PitAccess.COUNTERS;
import static org.kvm4j.machine.pit.PitAccess.PORT_B;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.kvm4j.machine.pit.PitAccess.Observed;

/** Holds what a guest has read from KVM's PIT against what it could have read from ours. */
final class PitComparison {

  private static final int SC_READ_BACK = 3;
  private static final int NO_COUNT = 0x20;
  private static final int NO_STATUS = 0x10;

  /** RW and M but for M2, and BCD. */
  private static final int STATUS_ALWAYS = 0x37;

  private static final int STATUS_M2 = 0x08;
  private static final int STATUS_OUT = 0x80;

  /** Gate and speaker data as written, and the checks of the board that are never there. */
  private static final int PORT_B_ALWAYS = 0xc3;

  private static final int PORT_B_OUT = 0x20;

  /** Of a byte's possible values the window must leave no more than one in so many. */
  private static final int SHARP = 8;

  private static final int LINES_OF_A_FAILURE = 40;

  private final Map<String, Integer> sharp = new TreeMap<>();
  private final Map<KvmDifference, Integer> excluded = new EnumMap<>(KvmDifference.class);
  private int compared;

  /** How many reads had something to compare. */
  int compared() {
    return compared;
  }

  /**
   * How many comparisons could hardly have gone well by chance, by what: {@code count, mode 2},
   * {@code OUT 1, mode 3}, {@code all but OUT, mode 4}.
   */
  Map<String, Integer> sharp() {
    return sharp;
  }

  /** How often each difference kept something from being compared. */
  Map<KvmDifference, Integer> excluded() {
    return excluded;
  }

  /**
   * Compares a sequence from a PIT's creation on.
   *
   * @throws AssertionError if KVM's answer is none of ours
   */
  void compare(List<Observed> sequence) {
    List<Channel> channels = new ArrayList<>();
    try {
      for (int number = 0; number < 3; number++) {
        channels.add(new Channel(number));
      }
      long start = sequence.get(0).earliestNanos();
      for (int i = 0; i < sequence.size(); i++) {
        Observed each = sequence.get(i);
        Optional<String> wrong = take(channels, since(start, each));
        if (wrong.isPresent()) {
          throw new AssertionError(
              sequence.subList(Math.max(0, i + 1 - LINES_OF_A_FAILURE), i + 1).stream()
                  .map(line -> since(start, line) + "\n")
                  .collect(Collectors.joining("", wrong.get() + ", after\n", "")));
        }
      }
    } finally {
      channels.forEach(channel -> channel.ours.close());
    }
  }

  private static Observed since(long start, Observed each) {
    return new Observed(
        each.access(), each.earliestNanos() - start, each.latestNanos() - start, each.result());
  }

  private Optional<String> take(List<Channel> channels, Observed each) {
    PitAccess access = each.access();
    if (access.port() == PORT_B) {
      return access.write() ? channels.get(2).writeGate(each) : channels.get(2).readPortB(each);
    }
    if (access.port() != CONTROL) {
      Channel channel = channels.get(access.port() - COUNTERS);
      return access.write() ? channel.writeCount(each) : channel.read(each);
    }
    int number = each.result() >> 6;
    if (number != SC_READ_BACK) {
      return channels.get(number).writeControl(each);
    }
    for (int i = 0; i < channels.size(); i++) {
      if ((each.result() & 2 << i) != 0) {
        channels.get(i).readBack(each);
      }
    }
    return Optional.empty();
  }

  private void exclude(KvmDifference difference) {
    excluded.merge(difference, 1, Integer::sum);
  }

  /** Both sides of a counter. */
  private final class Channel {

    private final KvmCounter kvm;
    private final OurCounter ours;
    private int accessMode;
    private boolean highByteNext;
    private Optional<KvmDifference> latchedCount = Optional.empty();
    private Optional<KvmDifference> latchedOut = Optional.empty();
    private boolean countBlurred;
    private boolean outBlurred;

    Channel(int number) {
      kvm = new KvmCounter(number);
      ours = new OurCounter(number);
    }

    Optional<String> writeControl(Observed each) {
      if ((each.result() & 0x30) == 0) {
        latch(each, each.result(), true, false);
      } else {
        kvm.control(each.result());
        accessMode = each.result() >> 4 & 3;
        highByteNext = false;
        ours.control(each);
      }
      return Optional.empty();
    }

    Optional<String> writeCount(Observed each) {
      ours.write(each, kvm.count(each.result()));
      return Optional.empty();
    }

    Optional<String> writeGate(Observed each) {
      ours.write(each, kvm.gate((each.result() & 1) != 0));
      return Optional.empty();
    }

    void readBack(Observed each) {
      int command = each.result();
      latch(each, command, (command & NO_COUNT) == 0, (command & NO_STATUS) == 0);
    }

    private void latch(Observed each, int command, boolean count, boolean status) {
      boolean blurred = ours.blurred(each);
      if (count && !ours.countLatched()) {
        latchedCount = kvm.countDifference();
        countBlurred = blurred;
      }
      if (status && !ours.statusLatched()) {
        latchedOut = kvm.outDifference();
        outBlurred = blurred;
      }
      boolean timed =
          (count && kvm.countDifference().isEmpty()) || (status && kvm.outDifference().isEmpty());
      ours.latch(each, command, timed && !blurred);
    }

    Optional<String> read(Observed each) {
      if (ours.statusLatched()) {
        return readStatus(each);
      }
      boolean high = accessMode == 2 || highByteNext;
      highByteNext = accessMode == 3 && !highByteNext;
      boolean latched = ours.countLatched();
      boolean same =
          latched
              ? same(latchedCount, countBlurred)
              : same(kvm.countDifference(), ours.blurred(each));
      Set<Integer> answers = ours.read(each, same, answer -> !same || answer == each.result());
      if (!same) {
        return Optional.empty();
      }
      int turn = kvm.countsPerTurn();
      int values = high ? (turn >> 8) + 1 : Math.min(turn, 0x100);
      return judge("count", answers.size() * SHARP <= values, answers, each, 0xff);
    }

    private Optional<String> readStatus(Observed each) {
      exclude(KvmDifference.NO_NULL_COUNT);
      int mask = STATUS_ALWAYS;
      if (kvm.modeByAnotherNumber()) {
        exclude(KvmDifference.MODE_NOT_AS_WRITTEN);
      } else {
        mask |= STATUS_M2;
      }
      mask |= same(latchedOut, outBlurred) ? STATUS_OUT : 0;
      int seen = mask;
      Set<Integer> answers =
          ours.read(each, true, answer -> (answer & seen) == (each.result() & seen));
      return judge(answers, each, mask, STATUS_OUT);
    }

    Optional<String> readPortB(Observed each) {
      exclude(KvmDifference.PORT_B_KEEPS_TWO_BITS);
      boolean same = same(kvm.outDifference(), ours.blurred(each));
      int mask = PORT_B_ALWAYS | (same ? PORT_B_OUT : 0);
      return judge(ours.portB(each, same), each, mask, PORT_B_OUT);
    }

    private boolean same(Optional<KvmDifference> difference, boolean blurred) {
      difference.ifPresent(PitComparison.this::exclude);
      return difference.isEmpty() && !blurred;
    }

    private Optional<String> judge(Set<Integer> answers, Observed each, int mask, int out) {
      boolean oneAnswer = answers.stream().map(answer -> answer & mask).distinct().count() == 1;
      String what =
          (mask & out) == 0 ? "all but OUT" : (each.result() & out) == 0 ? "OUT 0" : "OUT 1";
      return judge(what, oneAnswer, answers, each, mask);
    }

    private Optional<String> judge(
        String what, boolean isSharp, Set<Integer> answers, Observed each, int mask) {
      compared++;
      if (answers.stream().noneMatch(answer -> (answer & mask) == (each.result() & mask))) {
        return Optional.of(
            "%s is 0x%02x in KVM, and in ours one of %s (mask 0x%02x)"
                .formatted(
                    what,
                    each.result(),
                    answers.stream().map(Integer::toHexString).toList(),
                    mask));
      }
      if (isSharp) {
        sharp.merge("%s, mode %d".formatted(what, kvm.mode()), 1, Integer::sum);
      }
      return Optional.empty();
    }
  }
}
