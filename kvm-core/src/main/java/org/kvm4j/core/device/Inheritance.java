package org.kvm4j.core.device;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * The streams that a device has open, for the one that takes its place: a terminal or a socket
 * cannot be opened twice. Threading: one thread.
 */
final class Inheritance {

  /** Nothing to inherit. */
  static final Inheritance NONE = new Inheritance(List.of());

  private final List<GuardedStream> left;
  private final List<GuardedStream> taken = new ArrayList<>();

  private Inheritance(List<GuardedStream> streams) {
    left = new ArrayList<>(streams);
  }

  static Inheritance of(Holdings old) {
    return new Inheritance(old.streams());
  }

  /** The stream that was asked for, from the old device or else from the host. */
  OwnedStream take(String spec, Supplier<OwnedStream> host) {
    for (GuardedStream each : left) {
      if (each.spec().equals(spec)) {
        left.remove(each);
        taken.add(each);
        return each.owned();
      }
    }
    return host.get();
  }

  /** What the old device had and has no longer. */
  List<GuardedStream> taken() {
    return taken;
  }
}
