package org.kvm4j.core.kvm;

import org.kvm4j.memory.DirtyRing;

/** DirtyRing over the ioctls of a vCPU. */
final class KvmDirtyRing implements DirtyRing {

  KvmDirtyRing(VcpuIoctls ioctls) {}
}
