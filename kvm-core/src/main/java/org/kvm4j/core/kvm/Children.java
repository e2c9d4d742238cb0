package org.kvm4j.core.kvm;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What was opened from a VM or vCPU and is closed with it at the latest. Threading: any thread. */
final class Children implements AutoCloseable {

  /** Something that can be closed by its user, by its parent, or by both. */
  interface Child extends AutoCloseable {
    @Override
    void close();
  }

  private final String parent;
  private final Set<Child> open = new LinkedHashSet<>();
  private boolean closed;

  Children(String parent) {
    this.parent = parent;
  }

  /**
   * Takes a child into care.
   *
   * @throws IllegalStateException if the parent was closed meanwhile; the child is closed then
   */
  <T extends Child> T add(T child) {
    synchronized (this) {
      if (!closed) {
        open.add(child);
        return child;
      }
    }
    child.close();
    throw new IllegalStateException(parent + " is closed");
  }

  /** Forgets a child that was closed by itself. */
  synchronized void remove(Child child) {
    open.remove(child);
  }

  @Override
  public void close() {
    List<Child> all;
    synchronized (this) {
      closed = true;
      all = List.copyOf(open);
    }
    all.forEach(Child::close); // each removes itself
  }
}
