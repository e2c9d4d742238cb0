package org.kvm4j.core.kvm;

import org.kvm4j.debug.GuestDebug;

/** GuestDebug over the ioctls of a vCPU. */
final class KvmGuestDebugging implements GuestDebug {

  KvmGuestDebugging(VcpuIoctls ioctls) {}
}
