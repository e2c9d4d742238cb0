package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import org.kvm4j.MemorySlot;

/** A memory slot with the host memory behind it, in views that a ByteBuffer can span. */
final class RamSlot {

  /** A ByteBuffer ends at 2 GiB; 1 GiB keeps the arithmetic to a shift. */
  private static final int VIEW_SHIFT = 30;

  private static final int VIEW_BYTES = 1 << VIEW_SHIFT;

  final MemorySlot slot;
  final Mapping mapping;
  private final long offset;
  private final boolean ownsMapping;
  private final ByteBuffer[] views;

  RamSlot(MemorySlot slot, Mapping mapping) {
    this(slot, mapping, 0, true);
  }

  /**
   * A slot over a part of a mapping.
   *
   * @param ownsMapping whether closing the slot unmaps it
   */
  RamSlot(MemorySlot slot, Mapping mapping, long offset, boolean ownsMapping) {
    this.slot = slot;
    this.mapping = mapping;
    this.offset = offset;
    this.ownsMapping = ownsMapping;
    int count = (int) ((slot.sizeBytes() + VIEW_BYTES - 1) >>> VIEW_SHIFT);
    views = new ByteBuffer[count];
    for (int i = 0; i < count; i++) {
      long start = (long) i << VIEW_SHIFT;
      views[i] = mapping.view(offset + start, (int) Math.min(VIEW_BYTES, slot.sizeBytes() - start));
    }
  }

  /** Where the slot begins in this process. */
  long hostAddress() {
    return mapping.address() + offset;
  }

  boolean ownsMapping() {
    return ownsMapping;
  }

  boolean contains(long address) {
    return Long.compareUnsigned(address - slot.guestAddress(), slot.sizeBytes()) < 0;
  }

  ByteBuffer view(long address) {
    return views[(int) ((address - slot.guestAddress()) >>> VIEW_SHIFT)];
  }

  /** Where an address is in its {@link #view}. */
  int index(long address) {
    return (int) (address - slot.guestAddress()) & (VIEW_BYTES - 1);
  }

  /** The bytes from an address to the end of its view. */
  int contiguousBytes(long address) {
    return view(address).capacity() - index(address);
  }
}
