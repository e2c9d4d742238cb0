package org.kvm4j.core.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** An array of struct pollfd, poll.h. Not thread-safe. */
public final class PollSet {

  /** No descriptor: the kernel skips the slot. */
  public static final int NONE = -1;

  public static final int POLLIN = 0x1;
  public static final int POLLOUT = 0x4;
  public static final int POLLERR = 0x8;
  public static final int POLLHUP = 0x10;
  public static final int POLLNVAL = 0x20;

  private static final int SIZEOF_POLLFD = 8;
  private static final int EVENTS = 4;
  private static final int REVENTS = 6;

  private final Syscalls libc;
  private final ByteBuffer pollFds;
  private final int slots;

  /** Slots with {@link #NONE} in them. */
  public PollSet(Syscalls libc, int slots) {
    this.libc = libc;
    this.slots = slots;
    this.pollFds = ByteBuffer.allocateDirect(slots * SIZEOF_POLLFD).order(ByteOrder.LITTLE_ENDIAN);
    for (int slot = 0; slot < slots; slot++) {
      set(slot, NONE, 0);
    }
  }

  /** What to wait for in a slot. With no events, errors and hang-ups still count. */
  public void set(int slot, int fd, int events) {
    int offset = slot * SIZEOF_POLLFD;
    pollFds.putInt(offset, fd);
    pollFds.putShort(offset + EVENTS, (short) events);
    pollFds.putShort(offset + REVENTS, (short) 0);
  }

  /**
   * Waits.
   *
   * @param timeoutMillis -1 for no limit
   * @return how many slots have events, 0 after the time, or a negative errno
   */
  public int await(int timeoutMillis) {
    return libc.poll(pollFds, slots, timeoutMillis);
  }

  /** What happened in a slot. */
  public int revents(int slot) {
    return pollFds.getShort(slot * SIZEOF_POLLFD + REVENTS);
  }

  /** Whether the other side of what is in the slot is gone. */
  public boolean isBroken(int slot) {
    return (revents(slot) & (POLLERR | POLLHUP | POLLNVAL)) != 0;
  }
}
