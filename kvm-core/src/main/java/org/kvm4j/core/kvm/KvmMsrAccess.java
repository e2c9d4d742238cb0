package org.kvm4j.core.kvm;

import org.kvm4j.msr.MsrAccess;

/** MsrAccess over the ioctls of a VM. */
final class KvmMsrAccess implements MsrAccess {

  KvmMsrAccess(Fd fd) {}
}
