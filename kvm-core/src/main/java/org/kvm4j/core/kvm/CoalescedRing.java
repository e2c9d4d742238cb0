package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.KvmCoalescedMmioRing.COALESCED_MMIO;
import static org.kvm4j.core.abi.KvmCoalescedMmioRing.FIRST;
import static org.kvm4j.core.abi.KvmCoalescedMmioRing.KVM_COALESCED_MMIO_MAX;
import static org.kvm4j.core.abi.KvmCoalescedMmioRing.KVM_COALESCED_MMIO_PAGE_OFFSET;
import static org.kvm4j.core.abi.KvmCoalescedMmioRing.LAST;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kvm4j.Buses;
import org.kvm4j.KvmException;
import org.kvm4j.core.abi.KvmCoalescedMmio;

/**
 * The VM's ring of collected writes, as one vCPU maps it. KVM API, section 4.116.
 *
 * <p>The kernel adds at {@code last}; a vCPU that has left the guest serves from {@code first} on.
 * One at a time does: the monitor of the VM's {@link KvmCoalescing.Drain} is held while handlers
 * run, so it comes before a device's lock and is taken by nothing but {@link #serve}. {@code first}
 * goes on only after an entry is served: whoever finds the ring empty knows that nothing which its
 * own guest wrote is still on its way.
 */
final class CoalescedRing {

  private static final int LONGEST = Long.BYTES;

  private static final VarHandle INT =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final ByteBuffer page;
  private final Buses buses;
  private final KvmCoalescing coalescing;

  /**
   * @param runArea all that the vCPU has mapped; a KVM whose mapping ends before the ring has none
   * @param coalescing of the VM
   */
  CoalescedRing(ByteBuffer runArea, Buses buses, KvmCoalescing coalescing) {
    int at = KVM_COALESCED_MMIO_PAGE_OFFSET * AddressSpace.PAGE_BYTES;
    page =
        runArea.capacity() >= at + AddressSpace.PAGE_BYTES
            ? runArea.slice(at, AddressSpace.PAGE_BYTES).order(ByteOrder.LITTLE_ENDIAN)
            : Native.allocate(AddressSpace.PAGE_BYTES);
    this.buses = buses;
    this.coalescing = coalescing;
  }

  /** Hands the collected writes to the buses, in order. The vCPU's thread, outside KVM_RUN. */
  void serve() {
    if (coalescing.isUsed() && last() != first()) {
      serveAll();
    }
  }

  private void serveAll() {
    KvmCoalescing.Drain drain = coalescing.drain();
    synchronized (drain) {
      if (drain.active) {
        return; // a handler runs another vCPU on this thread: the rest comes after it has returned
      }
      drain.active = true;
      try {
        // What comes in from now on is another vCPU's: this one is not in the guest.
        int end = last();
        int at = first();
        requireIndices(at, end);
        while (at != end) {
          int next = (at + 1) % KVM_COALESCED_MMIO_MAX;
          serveOne(COALESCED_MMIO + at * KvmCoalescedMmio.SIZEOF, next);
          at = next;
        }
      } finally {
        drain.active = false;
      }
    }
  }

  private void serveOne(int entry, int next) {
    try {
      write(entry);
    } finally {
      // Also if the handler throws: a write is not made twice.
      INT.setRelease(page, FIRST, next);
    }
  }

  private void write(int entry) {
    long address = page.getLong(entry + KvmCoalescedMmio.PHYS_ADDR);
    int size = page.getInt(entry + KvmCoalescedMmio.LEN);
    boolean port = page.getInt(entry + KvmCoalescedMmio.PIO) != 0;
    if (size < 1 || size > LONGEST) {
      throw new KvmException(
          "The ring of coalesced writes has one of %d bytes to 0x%x: close the VM."
              .formatted(size, address));
    }
    // The kernel writes only as many bytes: the others are an earlier entry's.
    long mask = -1L >>> (Long.SIZE - size * Byte.SIZE);
    long value = page.getLong(entry + KvmCoalescedMmio.DATA) & mask;
    if (port) {
      buses.pio().write((int) address, size, (int) value);
    } else {
      buses.mmio().write(address, size, value);
    }
  }

  private int first() {
    return (int) INT.getAcquire(page, FIRST);
  }

  private int last() {
    return (int) INT.getAcquire(page, LAST);
  }

  /** The kernel wrote them, not the guest; still, nothing is read outside the page. */
  private static void requireIndices(int first, int last) {
    if (first < 0
        || first >= KVM_COALESCED_MMIO_MAX
        || last < 0
        || last >= KVM_COALESCED_MMIO_MAX) {
      throw new KvmException(
          "The ring of coalesced writes has first %d and last %d of %d: close the VM."
              .formatted(first, last, KVM_COALESCED_MMIO_MAX));
    }
  }
}
