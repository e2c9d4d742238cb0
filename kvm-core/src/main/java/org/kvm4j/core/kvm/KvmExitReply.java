package org.kvm4j.core.kvm;

import org.kvm4j.event.ExitReply;

/** ExitReply over the ioctls of a vCPU. */
final class KvmExitReply implements ExitReply {

  KvmExitReply(VcpuIoctls ioctls) {}
}
