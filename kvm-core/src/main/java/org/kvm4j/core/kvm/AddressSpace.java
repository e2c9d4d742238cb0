package org.kvm4j.core.kvm;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.MemorySlot;

/**
 * What lies where in the guest's physical addresses: RAM, and the pages that KVM takes for itself.
 *
 * <p>KVM does not always notice RAM and its own pages in the same place. The VM's lock is held
 * wherever ranges are checked and then taken.
 */
final class AddressSpace {

  static final int PAGE_BYTES = 4096;

  private static final long FOUR_GIB = 1L << 32;

  private final RamSlots ram;
  private final List<Reserved> reserved = new ArrayList<>();

  /** Pages of KVM's own. */
  record Reserved(String name, long address, int length) {
    private boolean overlaps(long otherAddress, long otherLength) {
      return address < otherAddress + otherLength && otherAddress < address + length;
    }
  }

  AddressSpace(RamSlots ram) {
    this.ram = ram;
  }

  /** Keeps RAM out of pages that KVM has taken. */
  void reserve(Reserved pages) {
    reserved.add(pages);
  }

  /** Throws unless KVM can take these pages. */
  Reserved checkReserved(String name, long address, int length) {
    checkMultiples(name, address, length);
    if (address < 0 || address + length > FOUR_GIB) {
      throw new IllegalArgumentException(
          "%s at 0x%x: choose an address below 4 GiB".formatted(name, address));
    }
    MemorySlot slot = ram.overlapping(address, length, RamSlots.NO_SLOT);
    if (slot != null) {
      throw new IllegalArgumentException(
          "%s at 0x%x overlap RAM at 0x%x: choose an address outside RAM"
              .formatted(name, address, slot.guestAddress()));
    }
    for (Reserved range : reserved) {
      if (range.overlaps(address, length)) {
        throw new IllegalArgumentException(
            "%s at 0x%x overlap the %s at 0x%x: choose an address outside"
                .formatted(name, address, range.name(), range.address()));
      }
    }
    return new Reserved(name, address, length);
  }

  /** Throws unless RAM can be here, the slot {@code exceptId} aside. */
  void checkRam(long address, long sizeBytes, int exceptId) {
    checkPages("RAM", address, sizeBytes);
    MemorySlot slot = ram.overlapping(address, sizeBytes, exceptId);
    if (slot != null) {
      throw new IllegalArgumentException(
          "RAM at 0x%x, %d bytes: overlaps the slot at 0x%x"
              .formatted(address, sizeBytes, slot.guestAddress()));
    }
    for (Reserved range : reserved) {
      if (range.overlaps(address, sizeBytes)) {
        throw new IllegalArgumentException(
            "RAM at 0x%x, %d bytes: overlaps the %s at 0x%x"
                .formatted(address, sizeBytes, range.name(), range.address()));
      }
    }
  }

  /** Throws unless this is a range of whole pages with at least one. */
  static void checkPages(String what, long address, long sizeBytes) {
    checkMultiples(what, address, sizeBytes);
    if (sizeBytes <= 0 || address < 0 || address + sizeBytes < 0) {
      throw new IllegalArgumentException(
          "%s at 0x%x, %d bytes: the range is empty or wraps around"
              .formatted(what, address, sizeBytes));
    }
  }

  private static void checkMultiples(String what, long address, long length) {
    if ((address | length) % PAGE_BYTES != 0) {
      throw new IllegalArgumentException(
          "%s at 0x%x, %d bytes: use multiples of the page size, %d bytes"
              .formatted(what, address, length, PAGE_BYTES));
    }
  }
}
