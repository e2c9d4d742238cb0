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

  private KvmUserspaceMemoryRegion() {}

  public static void write(ByteBuffer b, MemorySlot slot, long userspaceAddress) {
    b.putInt(SLOT, slot.id());
    b.putInt(FLAGS, 0);
    b.putLong(GUEST_PHYS_ADDR, slot.guestAddress());
    b.putLong(MEMORY_SIZE, slot.sizeBytes());
    b.putLong(USERSPACE_ADDR, userspaceAddress);
  }
}
