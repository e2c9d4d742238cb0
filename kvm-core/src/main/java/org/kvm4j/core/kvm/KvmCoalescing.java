package org.kvm4j.core.kvm;

import org.kvm4j.io.Coalescing;

/** Coalescing over the ioctls of a VM. */
final class KvmCoalescing implements Coalescing {

  KvmCoalescing(Fd fd) {}
}
