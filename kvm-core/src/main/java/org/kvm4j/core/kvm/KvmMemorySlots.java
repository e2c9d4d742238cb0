package org.kvm4j.core.kvm;

import org.kvm4j.memory.MemorySlots;

/** MemorySlots over the ioctls of a VM. */
final class KvmMemorySlots implements MemorySlots {

  KvmMemorySlots(Fd fd) {}
}
