package org.kvm4j.core.kvm;

import org.kvm4j.io.IoEventFds;

/** IoEventFds over the ioctls of a VM. */
final class KvmIoEventFds implements IoEventFds {

  KvmIoEventFds(Fd fd) {}
}
