package org.kvm4j.core.abi;

import java.nio.ByteBuffer;

/** struct kvm_coalesced_mmio_zone: a range whose writes the kernel collects. */
public final class KvmCoalescedMmioZone {

  @C("sizeof(struct kvm_coalesced_mmio_zone)")
  public static final int SIZEOF = 16;

  @C("offsetof(struct kvm_coalesced_mmio_zone, addr)")
  public static final int ADDR = 0;

  @C("offsetof(struct kvm_coalesced_mmio_zone, size)")
  public static final int SIZE = 8;

  @C("offsetof(struct kvm_coalesced_mmio_zone, pio)")
  public static final int PIO = 12;

  private KvmCoalescedMmioZone() {}

  public static void write(ByteBuffer b, long address, int sizeBytes, boolean ports) {
    b.putLong(ADDR, address);
    b.putInt(SIZE, sizeBytes);
    b.putInt(PIO, ports ? 1 : 0);
  }
}
