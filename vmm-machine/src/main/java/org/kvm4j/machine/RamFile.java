package org.kvm4j.machine;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.MemorySlot;
import org.kvm4j.memory.MemorySlots;

/**
 * A range of guest RAM in a file that another process can map, too: {@code /proc/PID/fd/N}, or the
 * descriptor itself over a Unix socket.
 *
 * @param guestAddress where its first byte is in the guest
 * @param sizeBytes of both
 * @param fd the descriptor, the machine's own: duplicate it to keep it
 */
public record RamFile(long guestAddress, long sizeBytes, int fd) {

  static List<RamFile> of(MemorySlots slots) {
    List<RamFile> files = new ArrayList<>();
    for (MemorySlot slot : slots.all()) {
      slots
          .memfd(slot)
          .ifPresent(fd -> files.add(new RamFile(slot.guestAddress(), slot.sizeBytes(), fd)));
    }
    return files;
  }

  /** Where another process of the same user finds it. */
  @Override
  public String toString() {
    return "RAM from 0x%x on, %d MiB, is /proc/%d/fd/%d"
        .formatted(guestAddress, sizeBytes >> 20, ProcessHandle.current().pid(), fd);
  }
}
