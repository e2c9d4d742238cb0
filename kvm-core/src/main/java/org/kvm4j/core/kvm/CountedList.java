package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiFunction;
import org.kvm4j.CpuidTable;
import org.kvm4j.KvmException;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.abi.KvmMsrList;
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
 * @param markAt an int of every entry that the kernel never leaves {@link #UNTOUCHED}, or {@link
 *     #NO_MARK}
 * @param read makes the result of the struct and its checked count
 */
record CountedList<T>(
    int headerBytes,
    int entryBytes,
    int firstRoom,
    int markAt,
    BiFunction<ByteBuffer, Integer, T> read) {

  private static final int UNTOUCHED = -1;
  private static final int NO_MARK = -1;

  /** No entry is marked: KVM_GET_EMULATED_CPUID refuses padding that is not 0. */
  static final CountedList<CpuidTable> HOST_CPUID = cpuid(NO_MARK);

  /**
   * KVM_GET_CPUID2 before Linux 6.5 leaves the room where the count should be, so that only the
   * padding of the entries, which comes back as 0, shows how many there are.
   */
  static final CountedList<CpuidTable> VCPU_CPUID = cpuid(KvmCpuid2.ENTRY_PADDING);

  static final CountedList<List<Integer>> MSR_INDICES =
      new CountedList<>(KvmMsrList.INDICES, Integer.BYTES, 0, NO_MARK, KvmMsrList::read);

  /** Far more than KVM has of anything: 256 CPUID entries, some hundred MSRs. */
  private static final int MOST_ENTRIES = 16_384;

  private static final int COUNT = 0;

  private static CountedList<CpuidTable> cpuid(int markAt) {
    return new CountedList<>(
        KvmCpuid2.ENTRIES, KvmCpuid2.SIZEOF_ENTRY, 128, markAt, KvmCpuid2::read);
  }

  /** Has a list filled. For a vCPU, the caller keeps its thread rule. */
  T from(Fd fd, Ioctl call) {
    int room = firstRoom;
    while (true) {
      ByteBuffer list = empty(room);
      int result = fd.tryIoctl(call, list);
      int told = list.getInt(COUNT);
      if (result >= 0) {
        checkCount(fd, call, told, room);
        return read.apply(list, entriesWritten(list, told));
      }
      if (result != -Errno.E2BIG || room >= MOST_ENTRIES) {
        throw fd.failure(call, result);
      }
      room = Integer.compareUnsigned(told, room) > 0 ? bounded(told) : bounded(2 * room);
    }
  }

  private ByteBuffer empty(int room) {
    ByteBuffer list = Native.allocate(headerBytes + room * entryBytes);
    list.putInt(COUNT, room);
    if (markAt != NO_MARK) {
      for (int i = 0; i < room; i++) {
        list.putInt(markOf(i), UNTOUCHED);
      }
    }
    return list;
  }

  private int entriesWritten(ByteBuffer list, int told) {
    if (markAt == NO_MARK) {
      return told;
    }
    int written = 0;
    while (written < told && list.getInt(markOf(written)) != UNTOUCHED) {
      written++;
    }
    return written;
  }

  private int markOf(int entry) {
    return headerBytes + entry * entryBytes + markAt;
  }

  private static void checkCount(Fd fd, Ioctl call, int count, int room) {
    if (Integer.compareUnsigned(count, room) > 0) {
      throw new KvmException(
          "%s on %s: the kernel tells of %s entries where there is room for %d. Update the kernel."
              .formatted(call, fd.name(), Integer.toUnsignedString(count), room));
    }
  }

  private static int bounded(int wanted) {
    return Integer.compareUnsigned(wanted, MOST_ENTRIES) > 0 ? MOST_ENTRIES : Math.max(wanted, 1);
  }
}
