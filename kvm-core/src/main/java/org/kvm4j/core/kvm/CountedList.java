package org.kvm4j.core.kvm;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.kvm4j.KvmException;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.sys.Errno;

/**
 * Structs that begin with a count of what follows, filled by the kernel: struct kvm_cpuid2, struct
 * kvm_msr_list.
 *
 * <p>Nobody knows beforehand how many entries there are. The kernel answers E2BIG where there is
 * too little room; some of its calls then say how much is needed, the others get twice as much.
 *
 * @param headerBytes the count and what else comes before the first entry
 * @param entryBytes of one entry
 * @param firstRoom the entries that there is room for at first
 */
record CountedList(int headerBytes, int entryBytes, int firstRoom) {

  /** Far more than KVM has of anything: 256 CPUID entries, some hundred MSRs. */
  private static final int MOST_ENTRIES = 16_384;

  private static final int COUNT = 0;

  /**
   * Has a list filled.
   *
   * @return the list; its count is checked against its size
   */
  ByteBuffer from(Fd fd, Ioctl call) {
    int room = firstRoom;
    while (true) {
      ByteBuffer list = Native.allocate(headerBytes + room * entryBytes);
      list.putInt(COUNT, room);
      int result = fill(fd, call, list);
      int told = list.getInt(COUNT);
      if (result >= 0) {
        return checked(fd, call, list, told, room);
      }
      if (result != -Errno.E2BIG || room >= MOST_ENTRIES) {
        throw fd.failure(call, result);
      }
      room = Integer.compareUnsigned(told, room) > 0 ? bounded(told) : bounded(2 * room);
    }
  }

  private static int fill(Fd fd, Ioctl call, ByteBuffer list) {
    try {
      return fd.tryIoctl(call, fd.sys().addressOf(list));
    } finally {
      Reference.reachabilityFence(list); // the kernel has its address
    }
  }

  private static ByteBuffer checked(Fd fd, Ioctl call, ByteBuffer list, int count, int room) {
    if (Integer.compareUnsigned(count, room) > 0) {
      throw new KvmException(
          "%s on %s: the kernel tells of %s entries where there is room for %d. Update the kernel."
              .formatted(call, fd.name(), Integer.toUnsignedString(count), room));
    }
    return list;
  }

  private static int bounded(int wanted) {
    return Integer.compareUnsigned(wanted, MOST_ENTRIES) > 0 ? MOST_ENTRIES : Math.max(wanted, 1);
  }
}
