package org.kvm4j.core.kvm;

import org.kvm4j.state.VcpuState;

/** VcpuState over the ioctls of a vCPU. */
final class KvmVcpuState implements VcpuState {

  KvmVcpuState(VcpuIoctls ioctls) {}
}
