package org.kvm4j.core.stream;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kvm4j.core.sys.Syscalls;

/** An array of struct pollfd, poll.h. Not thread-safe. */
final class PollSet {

  /** No descriptor: the kernel skips the slot. */
  static final int NONE = -1;

  static final int POLLIN = 0x1;
  static final int POLLOUT = 0x4;
  static final int POLLERR = 0x8;
  static final int POLLHUP = 0x10;
  static final int POLLNVAL = 0x20;

  private static final int SIZEOF_POLLFD = 8;
  private static final int EVENTS = 4;
  private static final int REVENTS = 6;

  private final Syscalls libc;
  private final ByteBuffer pollFds;
  private final int slots;

  PollSet(Syscalls libc, int slots) {
    this.libc = libc;
    this.slots = slots;
    this.pollFds = ByteBuffer.allocateDirect(slots * SIZEOF_POLLFD).order(ByteOrder.LITTLE_ENDIAN);
    for (int slot = 0; slot < slots; slot++) {
      set(slot, NONE, 0);
    }
  }

  /** What to wait for in a slot. With no events, errors and hang-ups still count. */
  void set(int slot, int fd, int events) {
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
  int await(int timeoutMillis) {
    return libc.poll(pollFds, slots, timeoutMillis);
  }

  /** What happened in a slot. */
  int revents(int slot) {
    return pollFds.getShort(slot * SIZEOF_POLLFD + REVENTS);
  }

  /** Whether the other side of what is in the slot is gone. */
  boolean isBroken(int slot) {
    return (revents(slot) & (POLLERR | POLLHUP | POLLNVAL)) != 0;
  }
}
