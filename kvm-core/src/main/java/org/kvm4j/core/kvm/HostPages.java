package org.kvm4j.core.kvm;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.memory.HostMemory;

/**
 * The host memory behind the slots of one VM. Threading: the VM's lock is held.
 *
 * <p>Memory of a deleted slot is not unmapped, because a thread may still be reading through a
 * snapshot of the slots, and a read of an unmapped page would end the JVM. The pages themselves go
 * back to the host at once; the addresses wait here for the next slot of the same size, so that
 * adding and deleting in turn does not use up the address space.
 */
final class HostPages implements AutoCloseable {

  private final Syscalls sys;

  /** What memory can take the place of other memory. */
  private record Kind(long sizeBytes, HostMemory host) {}

  private final Map<Kind, Deque<Mapping>> parked = new HashMap<>();
  private final List<Mapping> unusable = new ArrayList<>();

  /** What was a slot once: someone may still be reading it. */
  private final Set<Mapping> seen = new HashSet<>();

  HostPages(Syscalls sys) {
    this.sys = sys;
  }

  /** Zeroed memory. */
  Mapping take(long sizeBytes, HostMemory host) {
    Deque<Mapping> same = parked.getOrDefault(new Kind(sizeBytes, host), new ArrayDeque<>());
    while (!same.isEmpty()) {
      Mapping mapping = same.remove();
      if (mapping.discard()) { // again: a thread that was still writing may have dirtied it
        return mapping;
      }
      unusable.add(mapping);
    }
    return Mapping.ram(sys, sizeBytes, host);
  }

  /** Takes memory back that other threads may still touch. */
  void park(Mapping mapping) {
    seen.add(mapping);
    if (mapping.discard()) {
      Kind kind = new Kind(mapping.sizeBytes(), mapping.host());
      parked.computeIfAbsent(kind, k -> new ArrayDeque<>()).add(mapping);
    } else {
      unusable.add(mapping); // locked in memory, say: it still holds the old content
    }
  }

  /** Takes memory back that did not become a slot. */
  void giveBack(Mapping mapping) {
    if (seen.contains(mapping)) {
      park(mapping);
    } else {
      mapping.close();
    }
  }

  @Override
  public void close() {
    parked.values().forEach(all -> all.forEach(Mapping::close));
    parked.clear();
    unusable.forEach(Mapping::close);
    unusable.clear();
  }
}
