package org.kvm4j.core.bus;

import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.MmioHandler;

/** The guest-physical addresses of a VM outside RAM. Overlaps are refused at once. */
public final class MmioSpace implements MmioBus {

  private static final long LAST_ADDRESS = -1L;

  private final AddressSpace space = new AddressSpace("addresses", LAST_ADDRESS, Long.BYTES);

  @Override
  public void register(long base, long length, MmioHandler handler) {
    register("handler " + handler.getClass().getSimpleName(), base, length, Target.of(handler));
  }

  /**
   * As {@link #register(long, long, MmioHandler)}.
   *
   * @param owner whom a conflict message names
   */
  public void register(String owner, long base, long length, Target target) {
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
  public long read(long address, int size) {
    return space.read(address, size);
  }

  @Override
  public void write(long address, int size, long value) {
    space.write(address, size, value);
  }
}
