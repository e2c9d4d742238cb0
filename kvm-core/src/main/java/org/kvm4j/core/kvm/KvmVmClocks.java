package org.kvm4j.core.kvm;

import org.kvm4j.clock.VmClocks;

/** VmClocks over the ioctls of a VM. */
final class KvmVmClocks implements VmClocks {

  KvmVmClocks(Fd fd) {}
}
