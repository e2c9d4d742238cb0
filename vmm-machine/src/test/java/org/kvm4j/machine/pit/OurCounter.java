package org.kvm4j.machine.pit;

import static org.kvm4j.machine.pit.PitAccess.CONTROL;
import static org.kvm4j.machine.pit.PitAccess.COUNTERS;
import static org.kvm4j.machine.pit.PitAccess.PORT_B;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import org.kvm4j.bus.PioBus;
import org.kvm4j.devices.pit.PitProvider;
import org.kvm4j.machine.pit.PitAccess.Observed;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MockMachine;

/**
 * One counter of our PIT, taken through the accesses that a guest has made to another.
 *
 * <p>When an access happened is known but for its window. Ours takes each write at the end of its
 * window. Between writes, what it answers is a function of the time since the last one that made it
 * start to count: so the answers that it may give are those within the window of the read, and for
 * as long after it as the window of that write. For what it may have latched, it is in several
 * states at once; each read leaves those that agree.
 */
final class OurCounter implements AutoCloseable {

  private static final double NANOS_PER_PULSE = 1e9 / 1_193_182;

  /**
   * KVM loads at once and we on the next pulse; its pulses are counted from the load and ours from
   * the VM's start; it takes 1,193,181 Hz and whole nanoseconds for a period.
   */
  private static final int PULSES_OF_ROUNDING = 4;

  /** 1 ms: beyond, the host was busy with something else, and going through it takes long. */
  private static final int MOST_PULSES = 1193;

  private static final int NONE = -1;
  private static final int READ_BACK_STATUS = 0xe0;

  /** What tells the states apart. */
  private record Latched(int count, int status) {}

  private final int number;
  private final int port;

  /** Where a state is restored to be asked, whatever its clock. */
  private final MockMachine asked = MockMachine.with(new PitProvider());

  /** As of {@link #statesNanos}. */
  private Map<Latched, MapState> states = new LinkedHashMap<>();

  private long statesNanos;
  private long startWindowNanos;
  private int accessMode = 3;

  OurCounter(int number) {
    this.number = number;
    port = COUNTERS + number;
    put(states, MapState.of(asked.device()));
  }

  /** Takes a control word for this counter. */
  void control(Observed access) {
    write(access, false);
    accessMode = access.result() >> 4 & 3;
  }

  /**
   * Takes a write to this counter, or to port B.
   *
   * @param starts whether the counter starts to count with it
   */
  void write(Observed access, boolean starts) {
    Map.Entry<Latched, MapState> first = states.entrySet().iterator().next();
    try (MockMachine machine = machineAt(access.latestNanos(), first.getValue())) {
      machine.pio().writeByte(access.access().port(), access.result());
      MapState after = MapState.of(machine.device());
      boolean stays = latched(after).equals(first.getKey());
      Set<Latched> latched = stays ? Set.copyOf(states.keySet()) : Set.of(latched(after));
      states.clear();
      latched.forEach(each -> put(states, with(each, after)));
    }
    statesNanos = access.latestNanos();
    if (starts) {
      startWindowNanos = access.latestNanos() - access.earliestNanos();
    }
  }

  /** Whether too little is known of when the access happened, as seen from the counter's start. */
  boolean blurred(Observed access) {
    return pulses(access) > MOST_PULSES;
  }

  /**
   * Takes a latch or read-back command.
   *
   * @param compared if not, any time within the window will do
   */
  void latch(Observed access, int command, boolean compared) {
    Map.Entry<Latched, MapState> first = states.entrySet().iterator().next();
    Latched before = first.getKey();
    Latched latched = latched(ask(first.getValue(), pio -> pio.write(CONTROL, 1, command)));
    Set<Integer> counts =
        latched.count() == before.count() ? Set.of() : answers(access, compared, this::readCount);
    Set<Integer> statuses =
        latched.status() == before.status()
            ? Set.of()
            : answers(access, compared, this::readStatus);
    Map<Latched, MapState> after = new LinkedHashMap<>();
    for (Map.Entry<Latched, MapState> each : states.entrySet()) {
      // In all combinations: KVM looks at the clock twice.
      for (int count : counts.isEmpty() ? Set.of(each.getKey().count()) : counts) {
        for (int status : statuses.isEmpty() ? Set.of(each.getKey().status()) : statuses) {
          put(after, with(new Latched(count, status), each.getValue()));
        }
      }
    }
    states = after;
  }

  private int readCount(PioBus pio) {
    pio.write(CONTROL, 1, number << 6);
    int low = accessMode == 2 ? 0 : pio.read(port, 1);
    int high = accessMode == 1 ? 0 : pio.read(port, 1);
    return high << 8 | low;
  }

  private int readStatus(PioBus pio) {
    pio.write(CONTROL, 1, READ_BACK_STATUS | 2 << number);
    return pio.read(port, 1);
  }

  private int readUnlatched(PioBus pio) {
    int value = pio.read(port, 1);
    if (accessMode == 3) {
      pio.read(port, 1); // so that the same byte comes next
    }
    return value;
  }

  /** Whether the next read is of a latched status. */
  boolean statusLatched() {
    return states.keySet().iterator().next().status() != NONE;
  }

  /** Whether the next read, or the next after the status, is of a latched count. */
  boolean countLatched() {
    return states.keySet().iterator().next().count() != NONE;
  }

  /**
   * Takes a read of the counter.
   *
   * @param agrees whether the other PIT's answer may stand for this one
   * @return the answers that are possible
   */
  Set<Integer> read(Observed access, boolean compared, IntPredicate agrees) {
    if (!statusLatched() && !countLatched()) {
      Set<Integer> answers = answers(access, compared, this::readUnlatched);
      MapState after = ask(states.values().iterator().next(), pio -> pio.read(port, 1));
      states.clear();
      put(states, after);
      return answers;
    }
    Set<Integer> answers = new TreeSet<>();
    Map<Latched, MapState> all = new LinkedHashMap<>();
    Map<Latched, MapState> agreeing = new LinkedHashMap<>();
    for (MapState state : states.values()) {
      asked.device().restore(state);
      int answer = asked.pio().read(port, 1);
      answers.add(answer);
      put(agrees.test(answer) ? agreeing : all, MapState.of(asked.device()));
    }
    states = agreeing.isEmpty() ? all : agreeing;
    return answers;
  }

  /** What a read of port B may give. */
  Set<Integer> portB(Observed access, boolean compared) {
    return answers(access, compared, pio -> pio.read(PORT_B, 1));
  }

  /**
   * The answers at all pulses at which the access may have happened, or just at the first.
   *
   * @param question leaves the PIT as it was, if nothing is latched
   */
  private Set<Integer> answers(Observed access, boolean all, ToIntFunction<PioBus> question) {
    Set<Integer> answers = new TreeSet<>();
    MapState state = with(new Latched(NONE, NONE), states.values().iterator().next());
    try (MockMachine machine = machineAt(access.earliestNanos(), state)) {
      for (int pulse = 0; pulse <= (all ? pulses(access) : 0); pulse++) {
        machine.clock().advanceTo(access.earliestNanos() + (long) (pulse * NANOS_PER_PULSE));
        answers.add(question.applyAsInt(machine.pio()));
      }
    }
    return answers;
  }

  private int pulses(Observed access) {
    double nanos = access.latestNanos() - access.earliestNanos() + startWindowNanos;
    return (int) (nanos / NANOS_PER_PULSE) + PULSES_OF_ROUNDING;
  }

  private MockMachine machineAt(long nanos, MapState state) {
    MockMachine machine = MockMachine.with(new PitProvider());
    machine.clock().advanceTo(statesNanos);
    machine.device().restore(state);
    machine.clock().advanceTo(nanos);
    return machine;
  }

  private MapState ask(MapState state, Consumer<PioBus> question) {
    asked.device().restore(state);
    question.accept(asked.pio());
    return MapState.of(asked.device());
  }

  private MapState with(Latched latched, MapState state) {
    return state
        .copy()
        .replace(key("latchedCount"), latched.count())
        .replace(key("latchedStatus"), latched.status());
  }

  private void put(Map<Latched, MapState> map, MapState state) {
    map.putIfAbsent(latched(state), state);
  }

  private Latched latched(MapState state) {
    return new Latched(
        state.intValue(key("latchedCount"), NONE, 0xffff),
        state.intValue(key("latchedStatus"), NONE, 0xff));
  }

  private String key(String name) {
    return "counter" + number + "." + name;
  }

  @Override
  public void close() {
    asked.close();
  }
}
