package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSRS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MSRS;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.KvmException;
import org.kvm4j.Msr;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmMsrs;

/** Many MSRs in one ioctl, which stops at the first that KVM refuses. */
final class MsrBatch {

  private MsrBatch() {}

  static List<Msr> read(VcpuIoctls ioctls, List<Integer> indices) {
    List<Msr> wanted = indices.stream().map(index -> new Msr(index, 0)).toList();
    ByteBuffer batch = transfer(ioctls, KVM_GET_MSRS, wanted);
    List<Msr> values = new ArrayList<>();
    for (int i = 0; i < indices.size(); i++) {
      values.add(new Msr(indices.get(i), batch.getLong(offset(i) + KvmMsrs.ENTRY_DATA)));
    }
    return values;
  }

  static void write(VcpuIoctls ioctls, List<Msr> msrs) {
    transfer(ioctls, KVM_SET_MSRS, msrs);
  }

  private static ByteBuffer transfer(VcpuIoctls ioctls, Ioctl call, List<Msr> msrs) {
    ByteBuffer batch = Native.allocate(offset(msrs.size()));
    batch.putInt(KvmMsrs.NMSRS, msrs.size());
    for (int i = 0; i < msrs.size(); i++) {
      batch.putInt(offset(i) + KvmMsrs.ENTRY_INDEX, msrs.get(i).index());
      batch.putLong(offset(i) + KvmMsrs.ENTRY_DATA, msrs.get(i).value());
    }
    int done = ioctls.call(call, batch);
    if (done < msrs.size()) {
      throw new KvmException(
          "%s on %s: KVM refuses MSR 0x%x. Leave it out on this host."
              .formatted(call, ioctls.fd().name(), msrs.get(done).index()));
    }
    return batch;
  }

  private static int offset(int i) {
    return KvmMsrs.ENTRIES + i * KvmMsrs.SIZEOF_ENTRY;
  }
}
