package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSRS;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.KvmException;
import org.kvm4j.Msr;
import org.kvm4j.core.abi.KvmMsrs;

/** The values of MSRs that describe the host. KVM_GET_MSRS on the system descriptor. */
final class FeatureMsrs {

  /** KVM takes fewer than 256 in one call, which stops at the first that it refuses. */
  private static final int MOST_PER_CALL = 255;

  private FeatureMsrs() {}

  static List<Msr> read(Fd fd, List<Integer> indices) {
    List<Integer> wanted = List.copyOf(indices);
    List<Msr> values = new ArrayList<>(wanted.size());
    for (int from = 0; from < wanted.size(); from += MOST_PER_CALL) {
      int to = Math.min(wanted.size(), from + MOST_PER_CALL);
      readBatch(fd, wanted.subList(from, to), values);
    }
    return List.copyOf(values);
  }

  private static void readBatch(Fd fd, List<Integer> indices, List<Msr> values) {
    ByteBuffer batch = Native.allocate(offset(indices.size()));
    batch.putInt(KvmMsrs.NMSRS, indices.size());
    for (int i = 0; i < indices.size(); i++) {
      batch.putInt(offset(i) + KvmMsrs.ENTRY_INDEX, indices.get(i));
    }
    int done = fd.ioctl(KVM_GET_MSRS, batch);
    if (done < indices.size()) {
      throw new KvmException(
          "KVM_GET_MSRS on %s: KVM refuses MSR 0x%x. Read those of msrFeatureIndexList() alone."
              .formatted(fd.name(), indices.get(done)));
    }
    for (int i = 0; i < indices.size(); i++) {
      values.add(new Msr(indices.get(i), batch.getLong(offset(i) + KvmMsrs.ENTRY_DATA)));
    }
  }

  private static int offset(int i) {
    return KvmMsrs.ENTRIES + i * KvmMsrs.SIZEOF_ENTRY;
  }
}
