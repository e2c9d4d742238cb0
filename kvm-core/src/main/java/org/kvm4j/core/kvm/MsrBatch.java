package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSRS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MSRS;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.Msr;
import org.kvm4j.MsrRefusedException;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmMsrs;

/**
 * Many MSRs in few ioctls, each of which stops at the first that KVM refuses: of a vCPU, or of the
 * host on the system descriptor. The caller keeps the vCPU's thread rule.
 */
final class MsrBatch {

  /** KVM refuses 256 entries (its MAX_IO_MSRS) and more. */
  private static final int MOST_AT_ONCE = 255;

  private MsrBatch() {}

  static List<Msr> read(Fd fd, List<Integer> indices) {
    return transfer(fd, KVM_GET_MSRS, indices.stream().map(index -> new Msr(index, 0)).toList());
  }

  static void write(Fd fd, List<Msr> msrs) {
    transfer(fd, KVM_SET_MSRS, List.copyOf(msrs));
  }

  /** Returns what the kernel left in the entries. */
  private static List<Msr> transfer(Fd fd, Ioctl call, List<Msr> msrs) {
    ByteBuffer batch = Native.allocate(offset(Math.min(msrs.size(), MOST_AT_ONCE)));
    List<Msr> done = new ArrayList<>(msrs.size());
    while (done.size() < msrs.size()) {
      int from = done.size();
      List<Msr> some = msrs.subList(from, Math.min(from + MOST_AT_ONCE, msrs.size()));
      write(batch, some);
      int taken = Math.min(fd.ioctl(call, batch), some.size());
      read(batch, taken, done);
      if (taken < some.size()) {
        throw new MsrRefusedException(
            call + " on " + fd.name(),
            some.get(taken).index(),
            done.size(),
            call == KVM_GET_MSRS ? done : List.of());
      }
    }
    return List.copyOf(done);
  }

  private static void write(ByteBuffer batch, List<Msr> msrs) {
    batch.putInt(KvmMsrs.NMSRS, msrs.size());
    for (int i = 0; i < msrs.size(); i++) {
      batch.putInt(offset(i) + KvmMsrs.ENTRY_INDEX, msrs.get(i).index());
      batch.putLong(offset(i) + KvmMsrs.ENTRY_DATA, msrs.get(i).value());
    }
  }

  private static void read(ByteBuffer batch, int count, List<Msr> target) {
    for (int i = 0; i < count; i++) {
      target.add(
          new Msr(
              batch.getInt(offset(i) + KvmMsrs.ENTRY_INDEX),
              batch.getLong(offset(i) + KvmMsrs.ENTRY_DATA)));
    }
  }

  private static int offset(int i) {
    return KvmMsrs.ENTRIES + i * KvmMsrs.SIZEOF_ENTRY;
  }
}
