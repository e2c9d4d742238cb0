package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.MemorySlot;

/** struct kvm_userspace_memory_region: a memory slot. */
public final class KvmUserspaceMemoryRegion {

  @C("sizeof(struct kvm_userspace_memory_region)")
  public static final int SIZEOF = 32;

  @C("offsetof(struct kvm_userspace_memory_region, slot)")
  public static final int SLOT = 0;

  @C("offsetof(struct kvm_userspace_memory_region, flags)")
  public static final int FLAGS = 4;

  @C("offsetof(struct kvm_userspace_memory_region, guest_phys_addr)")
  public static final int GUEST_PHYS_ADDR = 8;

  @C("offsetof(struct kvm_userspace_memory_region, memory_size)")
  public static final int MEMORY_SIZE = 16;

  @C("offsetof(struct kvm_userspace_memory_region, userspace_addr)")
  public static final int USERSPACE_ADDR = 24;

  @C("KVM_MEM_LOG_DIRTY_PAGES")
  public static final int KVM_MEM_LOG_DIRTY_PAGES = 1;

  @C("KVM_MEM_READONLY")
  public static final int KVM_MEM_READONLY = 2;

  private KvmUserspaceMemoryRegion() {}

  public static void write(ByteBuffer b, MemorySlot slot, long userspaceAddress) {
    b.putInt(SLOT, slot.id());
    int logged = slot.dirtyLogged() ? KVM_MEM_LOG_DIRTY_PAGES : 0;
    b.putInt(FLAGS, logged | (slot.readOnly() ? KVM_MEM_READONLY : 0));
    b.putLong(GUEST_PHYS_ADDR, slot.guestAddress());
    b.putLong(MEMORY_SIZE, slot.sizeBytes());
    b.putLong(USERSPACE_ADDR, userspaceAddress);
  }
}
