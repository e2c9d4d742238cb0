package org.kvm4j.core.kvm;

import org.kvm4j.state.SyncRegisters;

/** SyncRegisters over the ioctls of a vCPU. */
final class KvmSyncRegisters implements SyncRegisters {

  KvmSyncRegisters(VcpuIoctls ioctls) {}
}
