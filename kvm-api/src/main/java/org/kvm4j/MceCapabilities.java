package org.kvm4j;

/**
 * The machine check architecture that KVM can give to a vCPU. Immutable; any thread.
 *
 * @param mask the bits of IA32_MCG_CAP that a vCPU may have; its bank count is not among them
 * @param bankCount the greatest number of banks, 0 to 255
 * @see <a href="https://www.intel.com/sdm">SDM, volume 3, IA32_MCG_CAP MSR</a>
 */
public record MceCapabilities(long mask, int bankCount) {

  /** MCG_CTL_P, bit 8: there is an IA32_MCG_CTL. */
  public static final long MCG_CTL_P = 1L << 8;

  /** MCG_SER_P, bit 24: software error recovery. */
  public static final long MCG_SER_P = 1L << 24;

  /** MCG_LMCE_P, bit 27: machine checks may go to one processor alone. */
  public static final long MCG_LMCE_P = 1L << 27;

  private static final int MOST_BANKS = 255;

  /**
   * Checks the number of banks.
   *
   * @throws IllegalArgumentException if it does not fit IA32_MCG_CAP
   */
  public MceCapabilities {
    if (bankCount < 0 || bankCount > MOST_BANKS) {
      throw new IllegalArgumentException(
          bankCount + " machine check banks: use 0 to " + MOST_BANKS);
    }
  }

  /** Whether a vCPU may have all of these bits. */
  public boolean has(long bits) {
    return (mask & bits) == bits;
  }
}
