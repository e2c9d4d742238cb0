package org.kvm4j.core.kvm;

import org.kvm4j.clock.VcpuTsc;

/** VcpuTsc over the ioctls of a vCPU. */
final class KvmVcpuTsc implements VcpuTsc {

  KvmVcpuTsc(VcpuIoctls ioctls) {}
}
