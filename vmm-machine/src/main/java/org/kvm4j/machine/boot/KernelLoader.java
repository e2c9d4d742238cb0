package org.kvm4j.machine.boot;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;

/**
 * A kernel with its initial RAM disk and command line, checked against a memory layout and ready to
 * be loaded by whatever protocol it has.
 *
 * <p>{@link #open} needs no VM, so a mistake in a name shows before there is one. The files stay
 * open until {@link #close}, and {@link #load} may be called again when the VM is reset.
 *
 * <p>Threading: one thread.
 */
public final class KernelLoader implements AutoCloseable {

  /** What the RAM that is recommended is rounded up to. */
  private static final long RAM_STEP_BYTES = 16 * MemoryLayout.MIB;

  private final KernelImage image;
  private final Optional<BootFile> initrd;
  private final String commandLine;
  private final MemoryLayout layout;
  private final Optional<Range> ramdisk;

  private KernelLoader(
      KernelImage image, Optional<BootFile> initrd, String commandLine, MemoryLayout layout) {
    this.image = image;
    this.initrd = initrd;
    this.commandLine = commandLine;
    this.layout = layout;
    fitting(commandLine);
    requireKernelFits();
    this.ramdisk = initrd.map(this::placeRamdisk);
  }

  /**
   * Opens and checks everything.
   *
   * @param protocol the one to take; else the file says it
   * @param commandLine what the kernel is to find; may be empty
   * @throws BootException if a file cannot be read, is not what it should be, or does not fit
   */
  public static KernelLoader open(
      Path kernel,
      Optional<BootProtocol> protocol,
      Optional<Path> initrd,
      String commandLine,
      MemoryLayout layout) {
    KernelImage image = KernelImage.open(kernel, protocol);
    try {
      Optional<BootFile> ramdisk = initrd.map(path -> BootFile.open("Initrd", path));
      try {
        return new KernelLoader(image, ramdisk, commandLine, layout);
      } catch (RuntimeException e) {
        ramdisk.ifPresent(BootFile::close);
        throw e;
      }
    } catch (RuntimeException e) {
      image.close();
      throw e;
    }
  }

  private byte[] fitting(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (byte character : bytes) {
      if (character == 0) {
        throw new BootException(
            "Command line: has a NUL character, where the kernel would stop. Take it out.");
      }
    }
    long most = Math.min(image.cmdlineSize(), MemoryLayout.COMMAND_LINE.sizeBytes() - 1);
    if (bytes.length > most) {
      throw new BootException(
          "Command line: %d bytes, and the kernel takes at most %d. Make it shorter."
              .formatted(bytes.length, most));
    }
    return bytes;
  }

  private void requireKernelFits() {
    long end = image.memory().end();
    if (end > MemoryLayout.DEVICE_HOLE_START) {
      throw image.error(
          "needs RAM up to 0x%x to start, and a VM has devices from 0x%x on. Give another kernel."
              .formatted(end, MemoryLayout.DEVICE_HOLE_START));
    }
    if (end > layout.ramBytesBelow4GiB()) {
      throw image.error(needsRam(end));
    }
  }

  /** As high as possible, out of the way of a kernel that unpacks itself upwards, or as low. */
  private Range placeRamdisk(BootFile file) {
    // initrd_addr_max is the last address, not the first that is forbidden.
    long most = alignDown(Math.min(image.initrdAddrMax() + 1, MemoryLayout.DEVICE_HOLE_START));
    long lowest = alignUp(image.memory().end());
    long room = alignUp(file.sizeBytes());
    if (room > most - lowest) {
      throw file.error(
          "its %d bytes do not fit between the kernel's end at 0x%x and 0x%x, the end of what the"
                  .formatted(file.sizeBytes(), lowest, most)
              + " kernel can use. Make it smaller.");
    }
    long start = Math.min(most, layout.ramBytesBelow4GiB()) - room;
    if (start < lowest) {
      throw file.error(needsRam(lowest + room));
    }
    return Range.ofSize(image.wantsRamdiskLow() ? lowest : start, file.sizeBytes());
  }

  /**
   * With more than loading takes: a kernel that is loaded sets up its memory, and unpacks the RAM
   * disk next to it. How much that is, only the kernel knows; a quarter was enough for Debian's.
   */
  private String needsRam(long loadedBytes) {
    long toRun = loadedBytes + loadedBytes / 4 + RAM_STEP_BYTES - 1;
    return "too large for the RAM: takes %d MiB to load, and the VM has %d MiB. To run, it needs room"
            .formatted(
                (loadedBytes + MemoryLayout.MIB - 1) / MemoryLayout.MIB,
                layout.ramBytes() / MemoryLayout.MIB)
        + " beyond that: give the VM %d MiB or more."
            .formatted(toRun / RAM_STEP_BYTES * RAM_STEP_BYTES / MemoryLayout.MIB);
  }

  private static long alignDown(long address) {
    return address & -MemoryLayout.PAGE_SIZE;
  }

  private static long alignUp(long address) {
    return alignDown(address + MemoryLayout.PAGE_SIZE - 1);
  }

  /**
   * Writes kernel, initial RAM disk, command line, what the kernel is told, and its first tables.
   *
   * @param memory of a VM with the {@link MemoryLayout#ram} of the layout it was opened for
   * @param rsdpAddress what {@link AcpiTables#write} returned, or nothing without ACPI
   * @param moreArguments what devices add to the command line
   * @throws BootException if a file has become shorter or cannot be read, or if the command line
   *     becomes too long
   */
  public BootState load(GuestMemory memory, OptionalLong rsdpAddress, List<String> moreArguments) {
    image.load(memory);
    ramdisk.ifPresent(
        place -> initrd.orElseThrow().load(0, place.sizeBytes(), memory, place.start()));
    long commandLineAt = MemoryLayout.COMMAND_LINE.start();
    byte[] text = fitting(withArguments(commandLine, moreArguments));
    memory.write(commandLineAt, text);
    memory.writeByte(commandLineAt + text.length, 0);

    return image.handOver(memory, new Handover(commandLineAt, ramdisk, rsdpAddress, layout.e820()));
  }

  /** What was found in the file and which protocol that means, for a sentence. */
  public String description() {
    return "%s, by %s".formatted(image.kind(), image.protocol().title());
  }

  /** What follows a word {@code --} is for the first process instead of the kernel. */
  static String withArguments(String commandLine, List<String> more) {
    List<String> words = new ArrayList<>(List.of(commandLine.split(" ", -1)));
    int end = words.contains("--") ? words.indexOf("--") : words.size();
    words.addAll(end, more);
    return String.join(" ", words);
  }

  @Override
  public void close() {
    try (image) {
      initrd.ifPresent(BootFile::close);
    }
  }
}
