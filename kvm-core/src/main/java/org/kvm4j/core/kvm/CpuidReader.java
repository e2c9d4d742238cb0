package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import org.kvm4j.CpuidTable;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.sys.Errno;

/** CPUID tables that a vCPU tells, whose length only a guess and E2BIG can find. */
final class CpuidReader {

  private static final int FIRST_GUESS = 128;

  /** Far above KVM_MAX_CPUID_ENTRIES, which is 256. */
  private static final int MOST_ENTRIES = 4096;

  /** In an entry's padding, which the kernel hands back as it was set: 0. */
  private static final int UNTOUCHED = -1;

  private CpuidReader() {}

  static CpuidTable read(VcpuIoctls ioctls, Ioctl call) {
    for (int guess = FIRST_GUESS; ; guess *= 2) {
      ByteBuffer cpuid = Native.allocate(KvmCpuid2.sizeBytes(guess));
      cpuid.putInt(KvmCpuid2.NENT, guess);
      for (int i = 0; i < guess; i++) {
        cpuid.putInt(KvmCpuid2.sizeBytes(i) + KvmCpuid2.ENTRY_PADDING, UNTOUCHED);
      }
      int result = ioctls.tryCall(call, cpuid);
      if (result >= 0) {
        cpuid.putInt(KvmCpuid2.NENT, entriesWritten(cpuid, guess));
        return KvmCpuid2.read(cpuid);
      }
      if (result != -Errno.E2BIG || guess >= MOST_ENTRIES) {
        throw ioctls.fd().failure(call, result);
      }
    }
  }

  /** KVM_GET_CPUID2 before Linux 6.5 leaves the guess where the count should be. */
  private static int entriesWritten(ByteBuffer cpuid, int guess) {
    int told = Math.min(cpuid.getInt(KvmCpuid2.NENT), guess);
    int written = 0;
    while (written < told
        && cpuid.getInt(KvmCpuid2.sizeBytes(written) + KvmCpuid2.ENTRY_PADDING) != UNTOUCHED) {
      written++;
    }
    return written;
  }
}
