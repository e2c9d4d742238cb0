package org.kvm4j.core.kvm;

import org.kvm4j.irq.KernelPit;

/** KernelPit over the ioctls of a VM. */
final class KvmPit implements KernelPit {

  KvmPit(Fd fd) {}
}
