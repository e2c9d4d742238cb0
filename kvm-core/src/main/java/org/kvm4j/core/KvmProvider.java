package org.kvm4j.core;

import org.kvm4j.Hypervisor;
import org.kvm4j.HypervisorProvider;

/** What {@link Hypervisor#open()} finds; does what {@link Kvm#open()} does. Any thread. */
public final class KvmProvider implements HypervisorProvider {

  /** For ServiceLoader. */
  public KvmProvider() {}

  @Override
  public Hypervisor open() {
    return Kvm.open();
  }
}
