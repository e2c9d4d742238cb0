package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.MemorySlot;

/** struct kvm_userspace_memory_region2: a memory slot that may be backed by a guest_memfd. */
public final class KvmUserspaceMemoryRegion2 {

  @C(value = "sizeof(struct kvm_userspace_memory_region2)", since = "6.8")
  public static final int SIZEOF = 160;

  @C(value = "offsetof(struct kvm_userspace_memory_region2, slot)", since = "6.8")
  public static final int SLOT = 0;

  @C(value = "offsetof(struct kvm_userspace_memory_region2, flags)", since = "6.8")
  public static final int FLAGS = 4;

  @C(value = "offsetof(struct kvm_userspace_memory_region2, guest_phys_addr)", since = "6.8")
  public static final int GUEST_PHYS_ADDR = 8;

  @C(value = "offsetof(struct kvm_userspace_memory_region2, memory_size)", since = "6.8")
  public static final int MEMORY_SIZE = 16;

  @C(value = "offsetof(struct kvm_userspace_memory_region2, userspace_addr)", since = "6.8")
  public static final int USERSPACE_ADDR = 24;

  @C(value = "offsetof(struct kvm_userspace_memory_region2, guest_memfd_offset)", since = "6.8")
  public static final int GUEST_MEMFD_OFFSET = 32;

  @C(value = "offsetof(struct kvm_userspace_memory_region2, guest_memfd)", since = "6.8")
  public static final int GUEST_MEMFD = 40;

  @C(value = "KVM_MEM_GUEST_MEMFD", since = "6.8")
  public static final int KVM_MEM_GUEST_MEMFD = 4;

  private KvmUserspaceMemoryRegion2() {}

  /** A slot in a guest_memfd, which cannot be read-only or logged. */
  public static void write(
      ByteBuffer b, MemorySlot slot, long userspaceAddress, int memfd, long memfdOffset) {
    b.putInt(SLOT, slot.id());
    b.putInt(FLAGS, KVM_MEM_GUEST_MEMFD);
    b.putLong(GUEST_PHYS_ADDR, slot.guestAddress());
    b.putLong(MEMORY_SIZE, slot.sizeBytes());
    b.putLong(USERSPACE_ADDR, userspaceAddress);
    b.putLong(GUEST_MEMFD_OFFSET, memfdOffset);
    b.putInt(GUEST_MEMFD, memfd);
  }
}
