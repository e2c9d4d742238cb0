package org.kvm4j.io;

/**
 * Guest writes that signal an {@link EventFd} instead of leaving the kernel.
 *
 * <p>The vCPU goes on at once, and the bus never sees the write. Reads, and writes of another
 * length or value, go to the bus as ever. One {@code EventFd} may serve many ranges.
 *
 * <p>Threading: any thread, while vCPUs run, too. Every method throws {@link IllegalStateException}
 * once the VM or the {@code EventFd} is closed, and {@link org.kvm4j.KvmIoctlException} if the
 * kernel refuses. KVM API, KVM_IOEVENTFD.
 */
public interface IoEventFds {

  /**
   * From now on such writes signal the {@code EventFd}. KVM_IOEVENTFD.
   *
   * @throws IllegalArgumentException if the {@code EventFd} is not of this implementation
   * @throws org.kvm4j.KvmCapabilityException for any length if this KVM lacks
   *     KVM_CAP_IOEVENTFD_ANY_LENGTH
   * @throws org.kvm4j.KvmIoctlException with EEXIST if the same writes, or some of them, signal
   *     something already; with ENOSPC if KVM's bus for ports or for memory is full, to which
   *     coalesced ranges count and these do not
   */
  void connect(EventFd eventFd, IoEventFdSpec writes);

  /**
   * From now on such writes go to the bus again. KVM_IOEVENTFD with KVM_IOEVENTFD_FLAG_DEASSIGN.
   *
   * @param writes the same as when it was connected
   * @throws org.kvm4j.KvmIoctlException with ENOENT if it is not connected like this
   */
  void disconnect(EventFd eventFd, IoEventFdSpec writes);
}
