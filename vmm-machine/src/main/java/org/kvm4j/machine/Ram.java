package org.kvm4j.machine;

import java.util.Objects;
import org.kvm4j.memory.HostMemory;

/**
 * A machine's memory.
 *
 * @param bytes whole pages; {@link org.kvm4j.machine.boot.MemoryLayout#ofRam} says how much may be
 * @param host what of the host's memory it is
 */
public record Ram(long bytes, HostMemory host) {

  /**
   * Checks the kind against the size.
   *
   * @throws BootException if RAM in huge pages is not a multiple of those
   */
  public Ram {
    Objects.requireNonNull(host, "host");
    if (host.hugePages() && bytes % HostMemory.HUGE_PAGE_BYTES != 0) {
      throw new BootException(
          "RAM of %d KiB: not whole huge pages. Give a multiple of 2 MiB.".formatted(bytes >> 10));
    }
  }

  /** So much of the plainest kind. */
  public static Ram of(long bytes) {
    return new Ram(bytes, HostMemory.STANDARD);
  }

  /** The same of another kind. */
  public Ram on(HostMemory newHost) {
    return new Ram(bytes, newHost);
  }
}
