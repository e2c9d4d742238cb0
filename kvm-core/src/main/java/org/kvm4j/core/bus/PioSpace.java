package org.kvm4j.core.bus;

import org.kvm4j.bus.PioBus;
import org.kvm4j.bus.PioHandler;

/** The port space of a VM. Overlaps are refused at once. */
public final class PioSpace implements PioBus {

  private final AddressSpace space = new AddressSpace("ports", PORT_COUNT - 1, Integer.BYTES);

  @Override
  public void register(int base, int length, PioHandler handler) {
    register("handler " + handler.getClass().getSimpleName(), base, length, Target.of(handler));
  }

  /**
   * As {@link #register(int, int, PioHandler)}.
   *
   * @param owner whom a conflict message names
   */
  public void register(String owner, int base, int length, Target target) {
    space.register(owner, base, length, target);
  }

  /** Gives up all ranges of an owner: nobody answers there from now on. */
  public void unregister(String owner) {
    space.unregister(owner);
  }

  /** The accesses that nobody answered. */
  public UnclaimedAccesses unclaimed() {
    return space.unclaimed();
  }

  @Override
  public int read(int port, int size) {
    return (int) space.read(port, size);
  }

  @Override
  public void write(int port, int size, int value) {
    space.write(port, size, value);
  }
}
