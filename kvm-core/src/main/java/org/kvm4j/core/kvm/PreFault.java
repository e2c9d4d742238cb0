package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_PRE_FAULT_MEMORY;

import org.kvm4j.core.abi.KvmPreFaultMemory;

/** KVM_PRE_FAULT_MEMORY, which stops where it likes and tells what is left. */
final class PreFault {

  private PreFault() {}

  static long on(VcpuIoctls ioctls, long guestAddress, long sizeBytes) {
    AddressSpace.checkPages("Memory to be mapped", guestAddress, sizeBytes);
    long done = 0;
    while (done < sizeBytes) {
      long address = guestAddress + done;
      long size = sizeBytes - done;
      long left =
          ioctls.exchange(
              KVM_PRE_FAULT_MEMORY,
              b -> b.putLong(KvmPreFaultMemory.GPA, address).putLong(KvmPreFaultMemory.SIZE, size),
              b -> b.getLong(KvmPreFaultMemory.SIZE));
      if (left < 0 || left >= size) {
        break; // no progress: asking again would be for ever
      }
      done = sizeBytes - left;
    }
    return done;
  }
}
