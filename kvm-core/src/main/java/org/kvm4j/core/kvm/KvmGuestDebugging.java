package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_SET_GUEST_DEBUG;
import static org.kvm4j.core.abi.KvmGuestDebug.KVM_GUESTDBG_BLOCKIRQ;
import static org.kvm4j.core.abi.KvmGuestDebug.KVM_GUESTDBG_INJECT_BP;
import static org.kvm4j.core.abi.KvmGuestDebug.KVM_GUESTDBG_INJECT_DB;

import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.core.abi.KvmGuestDebug;
import org.kvm4j.debug.DebugConfiguration;
import org.kvm4j.debug.GuestDebug;

/** GuestDebug over KVM_SET_GUEST_DEBUG, which always sets everything. */
final class KvmGuestDebugging implements GuestDebug {

  private static final int NOTHING = 0;

  private final VcpuIoctls ioctls;
  private DebugConfiguration configuration = DebugConfiguration.OFF;

  KvmGuestDebugging(VcpuIoctls ioctls) {
    this.ioctls = ioctls;
  }

  @Override
  public DebugConfiguration configuration() {
    ioctls.checkThread();
    return configuration;
  }

  @Override
  public void configure(DebugConfiguration wanted) {
    ioctls.checkThread();
    if (wanted.blockInterrupts()) {
      requireBlockingOfInterrupts();
    }
    set(wanted, NOTHING);
    configuration = wanted;
  }

  @Override
  public void injectDebugException() {
    set(configuration, KVM_GUESTDBG_INJECT_DB);
  }

  @Override
  public void injectBreakpoint() {
    set(configuration, KVM_GUESTDBG_INJECT_BP);
  }

  private void set(DebugConfiguration wanted, int injection) {
    ioctls.set(
        KVM_SET_GUEST_DEBUG,
        (argument, value) -> KvmGuestDebug.write(argument, value, injection),
        wanted);
  }

  /** A kernel that does not know the flag would ignore it. */
  private void requireBlockingOfInterrupts() {
    KvmCapability capability = KvmCapability.SET_GUEST_DEBUG2;
    if ((ioctls.fd().capabilities().value(capability) & KVM_GUESTDBG_BLOCKIRQ) == 0) {
      throw new KvmCapabilityException(
          capability, "KVM_GUESTDBG_BLOCKIRQ on " + ioctls.fd().name());
    }
  }
}
