package org.kvm4j.core.kvm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.kvm4j.MemorySlot;
import org.kvm4j.core.abi.KvmDirtyGfn;
import org.kvm4j.memory.DirtyRing;

/**
 * DirtyRing over the pages of a vCPU's descriptor. KVM API, section 8, KVM_CAP_DIRTY_LOG_RING.
 *
 * <p>KVM fills an entry and then sets its DIRTY flag; the harvester reads it and then sets RESET.
 * The flags are therefore read with acquire and written with release. The gate is held for each
 * look at the ring, or another thread's close could unmap it; not while the visitor is called.
 */
final class KvmDirtyRing implements DirtyRing, AutoCloseable {

  private static final VarHandle FLAGS =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private record Written(MemorySlot slot, int page) {
    void to(Visitor visitor) {
      visitor.written(slot, page);
    }
  }

  private final VcpuIoctls ioctls;
  private Mapping mapping;
  private ByteBuffer entries;
  private RamSlots ram;
  private int capacity;
  private int next;

  KvmDirtyRing(VcpuIoctls ioctls) {
    this.ioctls = ioctls;
  }

  /** Called once, before anyone else has the vCPU. */
  void map(int sizeBytes, RamSlots slots) {
    Fd fd = ioctls.fd();
    long offset = (long) KvmDirtyGfn.KVM_DIRTY_LOG_PAGE_OFFSET * AddressSpace.PAGE_BYTES;
    mapping = Mapping.ofFile(fd.sys(), fd.number(), "dirty ring", sizeBytes, offset);
    entries = mapping.view(0, sizeBytes);
    capacity = sizeBytes / KvmDirtyGfn.SIZEOF;
    ram = slots;
  }

  @Override
  public int capacity() {
    return capacity;
  }

  @Override
  public int harvest(Visitor visitor) {
    ioctls.checkThread();
    if (capacity == 0) {
      throw new IllegalStateException(
          "The VM has no dirty rings: call slots().enableDirtyRings() before the first vCPU");
    }
    int count = 0;
    while (count < capacity && ioctls.holding(this::isNextDirty)) {
      int entry = next;
      ioctls.holding(() -> slotAndPage(entry)).ifPresent(written -> written.to(visitor));
      ioctls.hold(() -> markHarvested(entry)); // not if the visitor has closed the vCPU
      count++;
    }
    return count;
  }

  @Override
  public void close() {
    if (mapping != null) {
      mapping.close();
    }
  }

  private boolean isNextDirty() {
    int flags = (int) FLAGS.getAcquire(entries, flagsOf(next));
    return flags == KvmDirtyGfn.KVM_DIRTY_GFN_F_DIRTY; // with RESET it is harvested already
  }

  private Optional<Written> slotAndPage(int entry) {
    int at = entry * KvmDirtyGfn.SIZEOF;
    MemorySlot slot = ram.slotOf(entries.getInt(at + KvmDirtyGfn.SLOT));
    long page = entries.getLong(at + KvmDirtyGfn.OFFSET);
    return slot != null && page >= 0 && page < slot.sizeBytes() / AddressSpace.PAGE_BYTES
        ? Optional.of(new Written(slot, (int) page))
        : Optional.empty();
  }

  /** A visitor that harvests itself has done it already. */
  private void markHarvested(int entry) {
    if (next == entry) {
      FLAGS.setRelease(entries, flagsOf(entry), KvmDirtyGfn.KVM_DIRTY_GFN_F_RESET);
      next = (entry + 1) % capacity;
    }
  }

  private static int flagsOf(int entry) {
    return entry * KvmDirtyGfn.SIZEOF + KvmDirtyGfn.FLAGS;
  }
}
