package org.kvm4j.stats;

import java.util.List;
import java.util.Map;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;

/**
 * The counters of a VM or of a vCPU, as KVM keeps them. Which there are depends on the kernel: look
 * for names rather than expect them.
 *
 * <p>Threading: any thread, also while the vCPU runs. The values of one reading are not of one
 * instant. Reading throws {@link KvmIoctlException} if the kernel refuses, and {@link KvmException}
 * if the file ends early. KVM API, section 4, KVM_GET_STATS_FD.
 */
public interface Statistics extends AutoCloseable {

  /** What they are of, in the kernel's words: {@code kvm-1234} or {@code kvm-1234/vcpu-0}. */
  String id();

  /** What is counted, in the kernel's order. Immutable. */
  List<StatisticDescriptor> descriptors();

  /** Every value now, by name, in the kernel's order; the arrays are the caller's. */
  Map<String, long[]> read();

  /**
   * One value now.
   *
   * @throws IllegalArgumentException if there is no such name, or it has several values
   */
  long value(String name);

  /** Closes the file; closing the VM or vCPU that it came from does it, too. Idempotent. */
  @Override
  void close();
}
