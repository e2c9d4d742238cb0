package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.irq.MsiMessage;

/**
 * The processors of a {@link MockMachine}, for devices that are interrupt controllers: the test
 * takes and ends interrupts, and may drive lines as a device beside them would. Threading: any
 * thread.
 */
public final class MockProcessors {

  /** How many messages are kept; of more, the oldest are dropped. */
  public static final int KEPT_MESSAGES = 1024;

  private final List<Member> members = new ArrayList<>(); // guarded by this
  private final Map<Integer, MsiMessage> routes = new TreeMap<>(); // guarded by this
  private final List<MsiMessage> messages = new ArrayList<>(); // guarded by this

  private Predicate<MsiMessage> taken = message -> true; // guarded by this

  MockProcessors() {}

  /** Whether a controller holds INTR high. */
  public boolean isIntrHigh() {
    return announcing().isPresent();
  }

  /** The latest messages that were sent, at most {@value #KEPT_MESSAGES}, oldest first. */
  public synchronized List<MsiMessage> messages() {
    return List.copyOf(messages);
  }

  /** What each pin that has a route would send. */
  public synchronized Map<Integer, MsiMessage> routes() {
    return Map.copyOf(routes);
  }

  /**
   * Says which messages local APICs take from now on: all at first. What is for one that is
   * switched off, or not there, is kept all the same.
   */
  public synchronized void takeMessages(Predicate<MsiMessage> which) {
    taken = which;
  }

  /** Forgets the messages; routes and INTR stay. */
  public synchronized void clearMessages() {
    messages.clear();
  }

  /** Tells all controllers the level of a line, whatever the machine's other devices drive. */
  public void setLine(int gsi, boolean high) {
    all().forEach(member -> member.call("setLine", c -> c.setLine(gsi, high)));
  }

  /** Ends an interrupt as a local APIC does. */
  public void endOfInterrupt(int vector) {
    all().forEach(member -> member.call("endOfInterrupt", c -> c.endOfInterrupt(vector)));
  }

  /**
   * Takes the interrupt that INTR announces; also if INTR has just gone low, as may happen.
   *
   * @return its vector
   * @throws IllegalStateException if there is no controller
   */
  public int acknowledge() {
    Member asked =
        announcing()
            .or(() -> all().stream().findFirst())
            .orElseThrow(() -> new IllegalStateException("No device is an interrupt controller."));
    int[] vector = new int[1];
    asked.call("acknowledge", c -> vector[0] = c.acknowledge());
    return vector[0];
  }

  /** Something that differs if what was sent since the last call does, or INTR. */
  synchronized long takeFingerprint() {
    long hash = (long) messages.hashCode() << 1 | (isIntrHigh() ? 1 : 0);
    messages.clear();
    return hash;
  }

  synchronized boolean isEmpty() {
    return members.isEmpty();
  }

  synchronized Member add(DeviceLock lock, InterruptController controller) {
    Member member = new Member(lock, controller);
    members.add(member);
    return member;
  }

  private synchronized List<Member> all() {
    return List.copyOf(members);
  }

  private Optional<Member> announcing() {
    return all().stream().filter(member -> member.intr).findFirst();
  }

  private interface Call {
    void on(InterruptController controller);
  }

  /** One device; what it drives. */
  final class Member implements InterruptOutput {

    private final DeviceLock lock;
    private final InterruptController controller;
    private volatile boolean intr;
    private volatile boolean released;

    private Member(DeviceLock lock, InterruptController controller) {
      this.lock = lock;
      this.controller = controller;
    }

    private void call(String what, Call call) {
      if (released) {
        return;
      }
      lock.locked(
          () -> {
            try {
              call.on(controller);
            } catch (RuntimeException e) {
              throw new DeviceFaultException(
                  "An interrupt controller threw in %s: %s. Nothing a guest does may throw."
                      .formatted(what, e),
                  e);
            }
          });
    }

    @Override
    public void intr(boolean high) {
      intr = high && !released;
    }

    @Override
    public void route(int pin, MsiMessage message) {
      synchronized (MockProcessors.this) {
        routes.put(MockMachine.checkedGsi(pin), message);
      }
    }

    @Override
    public boolean send(int pin) {
      synchronized (MockProcessors.this) {
        MsiMessage message = routes.get(MockMachine.checkedGsi(pin));
        if (message == null || released) {
          return false;
        }
        if (messages.size() == KEPT_MESSAGES) {
          messages.remove(0);
        }
        messages.add(message);
        return taken.test(message);
      }
    }

    /** Takes the closed device away. */
    void release() {
      released = true;
      intr = false;
    }
  }
}
