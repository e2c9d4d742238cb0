package org.kvm4j.core.kvm;

import org.kvm4j.event.Injection;

/** Injection over the ioctls of a vCPU. */
final class KvmInjection implements Injection {

  KvmInjection(VcpuIoctls ioctls) {}
}
