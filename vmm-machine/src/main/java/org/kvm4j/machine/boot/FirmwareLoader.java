package org.kvm4j.machine.boot;

import java.nio.file.Path;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/**
 * Firmware in a ROM that ends at 4 GiB, where the vCPU begins after reset; its end is also in RAM
 * below 1 MiB, where a PC's chipset shadows it. Intel SDM volume 3, section 10.1.4.
 */
public final class FirmwareLoader implements AutoCloseable {

  private static final long MOST_SHADOWED_BYTES = 128 * MemoryLayout.KIB;

  private final BootFile file;

  private FirmwareLoader(BootFile file) {
    this.file = file;
    long most = MemoryLayout.FIRMWARE.sizeBytes();
    if (file.sizeBytes() > most || file.sizeBytes() % MemoryLayout.PAGE_SIZE != 0) {
      throw file.error(
          "has %d bytes: firmware has a multiple of %d, and at most %d MiB. Give a whole image."
              .formatted(file.sizeBytes(), MemoryLayout.PAGE_SIZE, most / MemoryLayout.MIB));
    }
  }

  /**
   * Opens and checks an image.
   *
   * @throws BootException if it cannot be read or cannot be firmware
   */
  public static FirmwareLoader open(Path path) {
    BootFile file = BootFile.open("Firmware", path);
    try {
      return new FirmwareLoader(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /** Where the VM needs memory that the guest cannot write. */
  public Range rom() {
    return new Range(MemoryLayout.FIRMWARE.end() - file.sizeBytes(), MemoryLayout.FIRMWARE.end());
  }

  /**
   * Writes ROM and shadow.
   *
   * @param memory of a VM with memory at {@link #rom}
   * @throws BootException if the file has become shorter or cannot be read
   */
  public BootState load(GuestMemory memory) {
    long size = file.sizeBytes();
    file.load(0, size, memory, rom().start());
    long shadowed = Math.min(size, MOST_SHADOWED_BYTES);
    file.load(size - shadowed, shadowed, memory, MemoryLayout.HIGH_MEMORY - shadowed);
    return BootState.atReset();
  }

  /** What is booted and how, for a sentence. */
  public String description() {
    return "firmware of %d KiB, from the reset vector".formatted(file.sizeBytes() >> 10);
  }

  @Override
  public void close() {
    file.close();
  }
}
