package org.kvm4j.machine.boot;

/**
 * I/O ports of a device.
 *
 * @param first 0 to 0xffff
 * @param count 1 to 255, as a resource descriptor can say
 */
public record PortRange(int first, int count) {

  /** Checks both. */
  public PortRange {
    if (first < 0 || count < 1 || count > 0xff || first + count > 0x1_0000) {
      throw new IllegalArgumentException("Ports 0x%x, %d of them".formatted(first, count));
    }
  }
}
