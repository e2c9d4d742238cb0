package org.kvm4j;

/** What a vCPU is doing as far as SMP goes. KVM_GET_MP_STATE; constants of linux/kvm.h. */
public enum MpState {
  /** KVM_MP_STATE_RUNNABLE: it runs. */
  RUNNABLE(0),
  /** KVM_MP_STATE_UNINITIALIZED: an application processor that has had no INIT. */
  UNINITIALIZED(1),
  /** KVM_MP_STATE_INIT_RECEIVED: it waits for a start-up IPI. */
  INIT_RECEIVED(2),
  /** KVM_MP_STATE_HALTED: it executed {@code hlt} and waits for an interrupt. */
  HALTED(3),
  /** KVM_MP_STATE_SIPI_RECEIVED: it was just sent a start-up IPI. */
  SIPI_RECEIVED(4),
  /** KVM_MP_STATE_AP_RESET_HOLD: a processor of an encrypted guest waits to be started. */
  AP_RESET_HOLD(9);

  private final int number;

  MpState(int number) {
    this.number = number;
  }

  /** The kernel's number. */
  public int number() {
    return number;
  }

  /**
   * The state with the kernel's number.
   *
   * @throws IllegalArgumentException if x86 has no such state
   */
  public static MpState of(int number) {
    for (MpState state : values()) {
      if (state.number == number) {
        return state;
      }
    }
    throw new IllegalArgumentException("no x86 KVM_MP_STATE has number " + number);
  }
}
