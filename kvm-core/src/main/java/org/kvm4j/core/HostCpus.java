package org.kvm4j.core;

import com.google.common.annotations.VisibleForTesting;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.kvm4j.KvmException;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;

/**
 * The CPUs of the host that a thread may run on. sched_setaffinity(2).
 *
 * <p>Threading: any thread; each call is about the thread that makes it.
 */
public final class HostCpus {

  /** More than Linux can be built for, which is 8192. */
  private static final int MASK_BYTES = 1 << 11;

  private HostCpus() {}

  /**
   * The CPUs that this thread may run on, by the host's numbers; a new thread has its maker's.
   *
   * @throws KvmException if the kernel refuses
   */
  public static Set<Integer> allowed() {
    return allowed(NativeLibc.INSTANCE);
  }

  /**
   * Keeps this thread on some of the host's CPUs for good.
   *
   * @throws KvmException if it may run on none of them
   */
  public static void pinCurrentThread(Collection<Integer> cpus) {
    pinCurrentThread(NativeLibc.INSTANCE, cpus);
  }

  @VisibleForTesting
  static Set<Integer> allowed(Syscalls sys) {
    ByteBuffer mask = ByteBuffer.allocateDirect(MASK_BYTES);
    int result = sys.schedGetaffinity(mask);
    if (result < 0) {
      throw new KvmException(
          "sched_getaffinity: %s. Leave the pins out.".formatted(Errno.describe(-result)));
    }
    return BitSet.valueOf(mask).stream().boxed().collect(Collectors.toUnmodifiableSet());
  }

  @VisibleForTesting
  static void pinCurrentThread(Syscalls sys, Collection<Integer> cpus) {
    BitSet bits = new BitSet();
    cpus.forEach(bits::set);
    ByteBuffer mask = ByteBuffer.allocateDirect(MASK_BYTES);
    byte[] bytes = bits.toByteArray();
    if (bytes.length > MASK_BYTES) {
      throw new KvmException("No host has a CPU %d. Use others.".formatted(bits.length() - 1));
    }
    mask.put(bytes);
    int result = sys.schedSetaffinity(mask);
    if (result < 0) {
      throw new KvmException(
          "Thread %s cannot be kept on host CPUs %s: %s. Use others."
              .formatted(Thread.currentThread().getName(), bits, Errno.describe(-result)));
    }
  }
}
