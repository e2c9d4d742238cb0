package org.kvm4j.machine;

/**
 * A machine's vCPUs.
 *
 * @param count 1 to {@link #MOST}
 */
public record Processors(int count) {

  /** How many can have an 8-bit APIC id. */
  public static final int MOST = 255;

  /**
   * Checks the number.
   *
   * @throws BootException if it is not 1 to {@link #MOST}
   */
  public Processors {
    if (count < 1 || count > MOST) {
      throw new BootException(
          "%d vCPUs: a machine has 1 to %d. Choose a number in between.".formatted(count, MOST));
    }
  }

  /** So many cores of one socket. */
  public static Processors of(int count) {
    return new Processors(count);
  }
}
