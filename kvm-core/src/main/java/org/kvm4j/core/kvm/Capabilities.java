package org.kvm4j.core.kvm;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.core.abi.Ioctl;

/**
 * What a KVM or a VM can do: the host is asked once for each capability. Threading: any thread.
 *
 * <p>A descriptor's answers do not change, so that two threads asking at once get the same one.
 */
final class Capabilities {

  private final Fd fd;
  private final Map<KvmCapability, Integer> answers = new ConcurrentHashMap<>();

  /** Asks a system or VM descriptor. */
  Capabilities(Fd fd) {
    this.fd = fd;
  }

  /** 0 if the host lacks it, else 1 or the capability's own number. */
  int value(KvmCapability capability) {
    Integer known = answers.get(capability);
    if (known != null) {
      return known;
    }
    int answer = fd.ioctl(Ioctl.KVM_CHECK_EXTENSION, capability.number());
    answers.put(capability, answer);
    return answer;
  }

  /**
   * Throws unless the host has a capability.
   *
   * @param purpose what it is needed for, such as {@code KVM_NMI on vCPU 0}
   */
  void require(KvmCapability capability, String purpose) {
    if (value(capability) <= 0) {
      throw new KvmCapabilityException(capability, purpose);
    }
  }
}
