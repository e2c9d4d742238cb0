package org.kvm4j;

/**
 * An implementation of this API; found by {@link java.util.ServiceLoader}. kvm-core is one.
 *
 * <p>An implementation has a public constructor without parameters and without side effects.
 * Threading: any thread.
 */
public interface HypervisorProvider {

  /**
   * Opens the host's KVM.
   *
   * @throws KvmUnavailableException if it is absent, not permitted, or of another API
   */
  Hypervisor open();
}
