package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.List;
import org.kvm4j.debug.DebugConfiguration;
import org.kvm4j.debug.HardwareBreakpoint;

/** struct kvm_guest_debug: how the guest is debugged from outside. */
public final class KvmGuestDebug {

  @C("sizeof(struct kvm_guest_debug)")
  public static final int SIZEOF = 72;

  @C("offsetof(struct kvm_guest_debug, control)")
  public static final int CONTROL = 0;

  @C("offsetof(struct kvm_guest_debug, arch.debugreg)")
  public static final int ARCH_DEBUGREG = 8;

  @C("KVM_GUESTDBG_ENABLE")
  public static final int KVM_GUESTDBG_ENABLE = 1;

  @C("KVM_GUESTDBG_SINGLESTEP")
  public static final int KVM_GUESTDBG_SINGLESTEP = 2;

  @C("KVM_GUESTDBG_USE_SW_BP")
  public static final int KVM_GUESTDBG_USE_SW_BP = 65536;

  @C("KVM_GUESTDBG_USE_HW_BP")
  public static final int KVM_GUESTDBG_USE_HW_BP = 131072;

  @C("KVM_GUESTDBG_INJECT_DB")
  public static final int KVM_GUESTDBG_INJECT_DB = 262144;

  @C("KVM_GUESTDBG_INJECT_BP")
  public static final int KVM_GUESTDBG_INJECT_BP = 524288;

  @C("KVM_GUESTDBG_BLOCKIRQ")
  public static final int KVM_GUESTDBG_BLOCKIRQ = 1048576;

  @C("offsetof(struct kvm_guest_debug, arch.debugreg[7])")
  public static final int ARCH_DEBUGREG_7 = 64;

  private KvmGuestDebug() {}

  /**
   * Writes a configuration.
   *
   * @param injection KVM_GUESTDBG_INJECT_DB, KVM_GUESTDBG_INJECT_BP or 0
   */
  public static void write(ByteBuffer b, DebugConfiguration configuration, int injection) {
    List<HardwareBreakpoint> hardware = configuration.hardwareBreakpoints();
    int control = injection;
    control |= configuration.isOff() ? 0 : KVM_GUESTDBG_ENABLE;
    control |= configuration.singleStep() ? KVM_GUESTDBG_SINGLESTEP : 0;
    control |= configuration.softwareBreakpoints() ? KVM_GUESTDBG_USE_SW_BP : 0;
    control |= hardware.isEmpty() ? 0 : KVM_GUESTDBG_USE_HW_BP;
    control |= configuration.blockInterrupts() ? KVM_GUESTDBG_BLOCKIRQ : 0;
    b.putInt(CONTROL, control);
    for (int i = 0; i < hardware.size(); i++) {
      b.putLong(ARCH_DEBUGREG + i * Long.BYTES, hardware.get(i).address());
    }
    b.putLong(ARCH_DEBUGREG_7, DebugControl.dr7(hardware));
  }
}
