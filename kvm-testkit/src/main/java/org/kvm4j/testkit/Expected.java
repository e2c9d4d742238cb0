package org.kvm4j.testkit;

import java.util.List;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.kvm4j.testkit.Happening.Kind;

/** The effects that a call had when it was recorded, compared with those that it has now. */
final class Expected {

  private static final String NOTHING = "nothing";

  private final boolean anything;
  private List<Recording.Event> effects = List.of();
  private int seen;
  private Difference difference;

  /** With {@code anything}, effects were not recorded: each is fine, and streams are idle. */
  Expected(boolean anything) {
    this.anything = anything;
  }

  void start(List<Recording.Event> recorded) {
    effects = recorded;
    seen = 0;
  }

  /** An effect of which everything is the device's. */
  void came(Happening effect) {
    next(effect.toString(), effect::equals, effect);
  }

  /** A byte from the host, or {@link Happening#NOTHING}. */
  int read(int stream) {
    Happening idle = Happening.of(Kind.READ, stream, Happening.NOTHING);
    return (int)
        next("read " + stream, h -> h.kind() == Kind.READ && h.first() == stream, idle).second();
  }

  /** Whether the host took the byte. */
  boolean write(int stream, int value) {
    Happening taken = Happening.of(Kind.WRITE, stream, value, 1);
    Predicate<Happening> same =
        h -> h.kind() == Kind.WRITE && h.first() == stream && h.second() == value;
    return next("write %d 0x%x".formatted(stream, value), same, taken).third() == 1;
  }

  /** The device threw. */
  void fault(Throwable cause) {
    if (difference == null) {
      if (seen < effects.size() && effects.get(seen).what().kind() == Kind.FAULT) {
        seen++;
        return;
      }
      difference = new Difference(textOfNext(), "the device threw " + cause);
      difference.initCause(cause);
    }
    throw difference;
  }

  /** The call is over: nothing may be missing, nor a difference lost in the device. */
  void end() {
    if (difference == null && seen < effects.size()) {
      difference = new Difference(textOfNext(), NOTHING);
    }
    if (difference != null) {
      throw difference;
    }
  }

  /** Where the recording says something else, if that is an effect. */
  OptionalInt lineOfDifference() {
    return seen < effects.size()
        ? OptionalInt.of(effects.get(seen).lineNumber())
        : OptionalInt.empty();
  }

  private Happening next(String came, Predicate<Happening> same, Happening otherwise) {
    if (anything) {
      return otherwise;
    }
    if (difference == null) {
      if (seen < effects.size() && same.test(effects.get(seen).what())) {
        return effects.get(seen++).what();
      }
      difference = new Difference(textOfNext(), came);
    }
    throw difference;
  }

  private String textOfNext() {
    return seen < effects.size() ? effects.get(seen).what().toString() : NOTHING;
  }
}
