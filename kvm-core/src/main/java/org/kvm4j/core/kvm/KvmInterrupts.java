package org.kvm4j.core.kvm;

import org.kvm4j.irq.Interrupts;

/** Interrupts over the ioctls of a VM. */
final class KvmInterrupts implements Interrupts {

  KvmInterrupts(Fd fd) {}
}
