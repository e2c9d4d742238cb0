package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_CLEAR_DIRTY_LOG;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DIRTY_LOG;
import static org.kvm4j.core.abi.Ioctl.KVM_RESET_DIRTY_RINGS;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.kvm4j.KvmCapability;
import org.kvm4j.MemorySlot;
import org.kvm4j.core.abi.KvmClearDirtyLog;
import org.kvm4j.core.abi.KvmDirtyLog;
import org.kvm4j.memory.PageBitmap;

/** Bitmaps and rings of written pages. Threading: the VM's lock is held. */
final class DirtyLogs {

  private static final int SMALLEST_RING_BYTES = 4096;

  private final Fd fd;
  private int ringBytes;

  DirtyLogs(Fd fd) {
    this.fd = fd;
  }

  /** Of each vCPU's ring; 0 if there are none. */
  int ringBytes() {
    return ringBytes;
  }

  PageBitmap get(MemorySlot slot) {
    requireBitmap(slot, "KVM_GET_DIRTY_LOG");
    int pages = pagesOf(slot);
    ByteBuffer bits = Native.allocate(bitmapBytes(pages));
    ByteBuffer log = Native.allocate(KvmDirtyLog.SIZEOF);
    log.putInt(KvmDirtyLog.SLOT, slot.id());
    log.putLong(KvmDirtyLog.DIRTY_BITMAP, fd.sys().addressOf(bits));
    try {
      fd.ioctl(KVM_GET_DIRTY_LOG, log);
    } finally {
      Reference.reachabilityFence(bits); // the kernel has its address
    }
    BitSet dirty = BitSet.valueOf(bits);
    dirty.clear(pages, Math.max(pages, dirty.length())); // no page is beyond the slot
    return PageBitmap.of(pages, dirty);
  }

  void clear(MemorySlot slot, int firstPage, PageBitmap pages) {
    requireBitmap(slot, "KVM_CLEAR_DIRTY_LOG");
    checkRange(slot, firstPage, pages.pageCount());
    ByteBuffer bits = Native.allocate(bitmapBytes(pages.pageCount()));
    bits.put(0, pages.toBitSet().toByteArray());
    ByteBuffer clear = Native.allocate(KvmClearDirtyLog.SIZEOF);
    clear.putInt(KvmClearDirtyLog.SLOT, slot.id());
    clear.putInt(KvmClearDirtyLog.NUM_PAGES, pages.pageCount());
    clear.putLong(KvmClearDirtyLog.FIRST_PAGE, firstPage);
    clear.putLong(KvmClearDirtyLog.DIRTY_BITMAP, fd.sys().addressOf(bits));
    try {
      fd.ioctl(KVM_CLEAR_DIRTY_LOG, clear);
    } finally {
      Reference.reachabilityFence(bits); // the kernel has its address
    }
  }

  void enableManualProtect(boolean initiallySet) {
    KvmCapability capability = KvmCapability.MANUAL_DIRTY_LOG_PROTECT2;
    int flags =
        KvmDirtyLog.KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE
            | (initiallySet ? KvmDirtyLog.KVM_DIRTY_LOG_INITIALLY_SET : 0);
    fd.capabilities().require(capability, "KVM_CLEAR_DIRTY_LOG on " + fd.name());
    if ((flags & ~fd.capabilities().value(capability)) != 0) {
      throw new IllegalArgumentException(
          "This KVM lacks KVM_DIRTY_LOG_INITIALLY_SET (Linux has it since 5.7): pass false");
    }
    EnableCap.on(fd, capability, flags);
  }

  void enableRings(int sizeBytes) {
    if (ringBytes != 0) {
      throw new IllegalStateException(
          "Dirty rings are enabled already, with %d bytes each: do it once".formatted(ringBytes));
    }
    // Linux on x86 has KVM_CAP_DIRTY_LOG_RING wherever it has the ACQ_REL one;
    // KVM_RESET_DIRTY_RINGS
    // asks for it, and the flags are accessed with acquire and release in any case.
    KvmCapability capability = KvmCapability.DIRTY_LOG_RING;
    fd.capabilities().require(capability, "A dirty ring");
    int most = fd.capabilities().value(capability);
    if (sizeBytes < SMALLEST_RING_BYTES || sizeBytes > most || Integer.bitCount(sizeBytes) != 1) {
      throw new IllegalArgumentException(
          "A dirty ring of %d bytes: use a power of two from %d to %d"
              .formatted(sizeBytes, SMALLEST_RING_BYTES, most));
    }
    EnableCap.on(fd, capability, sizeBytes);
    ringBytes = sizeBytes;
  }

  int resetRings() {
    if (ringBytes == 0) {
      throw new IllegalStateException(
          "The VM has no dirty rings: call enableDirtyRings() before the first vCPU");
    }
    return fd.ioctl(KVM_RESET_DIRTY_RINGS, 0);
  }

  private void requireBitmap(MemorySlot slot, String call) {
    if (ringBytes != 0) {
      throw new IllegalStateException(
          call + ": with dirty rings KVM keeps no bitmap. Take the pages from Vcpu.dirtyRing()");
    }
    if (!slot.dirtyLogged()) {
      throw new IllegalArgumentException(
          "%s: slot %d has no dirty log. Switch it on with setDirtyLogged()"
              .formatted(call, slot.id()));
    }
  }

  private static void checkRange(MemorySlot slot, int firstPage, int count) {
    int pages = pagesOf(slot);
    if (firstPage < 0 || firstPage > pages - count) {
      throw new IllegalArgumentException(
          "Pages %d to %d: slot %d has pages 0 to %d"
              .formatted(firstPage, (long) firstPage + count - 1, slot.id(), pages - 1));
    }
    if (firstPage % Long.SIZE != 0 || (count % Long.SIZE != 0 && firstPage + count != pages)) {
      throw new IllegalArgumentException(
          "%d pages from page %d: begin at a multiple of 64, and take a multiple of 64 or all up to"
                  .formatted(count, firstPage)
              + " the slot's end");
    }
  }

  private static int pagesOf(MemorySlot slot) {
    return Math.toIntExact(slot.sizeBytes() / AddressSpace.PAGE_BYTES);
  }

  /** KVM reads and writes whole 64-bit words. */
  private static int bitmapBytes(int pages) {
    return Math.toIntExact(((long) pages + Long.SIZE - 1) / Long.SIZE * Long.BYTES);
  }
}
