package org.kvm4j.event;

/**
 * A hardware error as a machine-check bank reports it. struct kvm_x86_mce; Intel SDM volume 3,
 * chapter "Machine-Check Architecture".
 *
 * @param bank from 0
 * @param status MCi_STATUS, with {@link #STATUS_VALID}
 * @param address MCi_ADDR, meaningful with {@link #STATUS_ADDRESS_VALID}
 * @param misc MCi_MISC, meaningful with {@link #STATUS_MISC_VALID}
 * @param globalStatus MCG_STATUS, for an uncorrected error
 */
public record MachineCheck(int bank, long status, long address, long misc, long globalStatus) {

  /** KVM_MAX_MCE_BANKS: as many banks as KVM keeps. */
  public static final int MOST_BANKS = 32;

  /** MCi_STATUS.VAL: the bank holds an error. */
  public static final long STATUS_VALID = 1L << 63;

  /** MCi_STATUS.UC: the hardware did not correct the error. */
  public static final long STATUS_UNCORRECTED = 1L << 61;

  /** MCi_STATUS.EN: the error was enabled to be signalled. */
  public static final long STATUS_ENABLED = 1L << 60;

  /** MCi_STATUS.MISCV: misc is valid. */
  public static final long STATUS_MISC_VALID = 1L << 59;

  /** MCi_STATUS.ADDRV: address is valid. */
  public static final long STATUS_ADDRESS_VALID = 1L << 58;

  /** MCG_STATUS.RIPV: the guest can go on where it was. */
  public static final long GLOBAL_RIP_VALID = 1;

  /** MCG_STATUS.MCIP: a machine check is being handled. */
  public static final long GLOBAL_IN_PROGRESS = 1L << 2;

  /**
   * Checks what KVM wants of every machine check.
   *
   * @throws IllegalArgumentException for a bank out of range, or a status that is not valid
   */
  public MachineCheck {
    if (bank < 0 || bank >= MOST_BANKS) {
      throw new IllegalArgumentException(
          "Machine-check bank %d: use 0 to %d".formatted(bank, MOST_BANKS - 1));
    }
    if ((status & STATUS_VALID) == 0) {
      throw new IllegalArgumentException(
          "Machine-check status 0x%x holds no error: set STATUS_VALID".formatted(status));
    }
  }

  /** Whether the hardware did not correct the error; most of these are #MC for the guest. */
  public boolean isUncorrected() {
    return (status & STATUS_UNCORRECTED) != 0;
  }
}
