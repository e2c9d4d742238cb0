package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.msr.MsrDirection;
import org.kvm4j.msr.MsrFilter;
import org.kvm4j.msr.MsrRange;

/** struct kvm_msr_filter: which MSR accesses leave the kernel: up to 16 ranges. */
public final class KvmMsrFilter {

  @C("sizeof(struct kvm_msr_filter)")
  public static final int SIZEOF = 392;

  @C("offsetof(struct kvm_msr_filter, flags)")
  public static final int FLAGS = 0;

  @C("offsetof(struct kvm_msr_filter, ranges)")
  public static final int RANGES = 8;

  @C("KVM_MSR_FILTER_DEFAULT_ALLOW")
  public static final int KVM_MSR_FILTER_DEFAULT_ALLOW = 0;

  @C("KVM_MSR_FILTER_DEFAULT_DENY")
  public static final int KVM_MSR_FILTER_DEFAULT_DENY = 1;

  @C("KVM_MSR_FILTER_MAX_RANGES")
  public static final int KVM_MSR_FILTER_MAX_RANGES = 16;

  @C("KVM_MSR_FILTER_MAX_BITMAP_SIZE")
  public static final int KVM_MSR_FILTER_MAX_BITMAP_SIZE = 1536;

  @C("sizeof(struct kvm_msr_filter_range)")
  public static final int SIZEOF_RANGE = 24;

  @C("offsetof(struct kvm_msr_filter_range, flags)")
  public static final int RANGE_FLAGS = 0;

  @C("offsetof(struct kvm_msr_filter_range, nmsrs)")
  public static final int RANGE_NMSRS = 4;

  @C("offsetof(struct kvm_msr_filter_range, base)")
  public static final int RANGE_BASE = 8;

  @C("offsetof(struct kvm_msr_filter_range, bitmap)")
  public static final int RANGE_BITMAP = 16;

  @C("KVM_MSR_FILTER_READ")
  public static final int KVM_MSR_FILTER_READ = 1;

  @C("KVM_MSR_FILTER_WRITE")
  public static final int KVM_MSR_FILTER_WRITE = 2;

  private KvmMsrFilter() {}

  /** What the bitmaps of all ranges take, one behind the other. */
  public static int bitmapBytes(MsrFilter filter) {
    return filter.ranges().stream().mapToInt(KvmMsrFilter::bitmapBytes).sum();
  }

  /**
   * Writes a filter and its bitmaps.
   *
   * @param bitmaps zeroed, as long as {@link #bitmapBytes}
   * @param bitmapsAddress where the kernel finds them
   */
  public static void write(
      ByteBuffer b, MsrFilter filter, ByteBuffer bitmaps, long bitmapsAddress) {
    b.putInt(
        FLAGS, filter.allowsOthers() ? KVM_MSR_FILTER_DEFAULT_ALLOW : KVM_MSR_FILTER_DEFAULT_DENY);
    int at = RANGES;
    int bitmapAt = 0;
    for (MsrRange range : filter.ranges()) {
      b.putInt(at + RANGE_FLAGS, flags(range));
      b.putInt(at + RANGE_NMSRS, range.count());
      b.putInt(at + RANGE_BASE, range.first());
      b.putLong(at + RANGE_BITMAP, bitmapsAddress + bitmapAt);
      bitmaps.put(bitmapAt, range.allowed().toByteArray());
      bitmapAt += bitmapBytes(range);
      at += SIZEOF_RANGE;
    }
  }

  /** The kernel reads whole words. */
  private static int bitmapBytes(MsrRange range) {
    return (range.count() + Long.SIZE - 1) / Long.SIZE * Long.BYTES;
  }

  private static int flags(MsrRange range) {
    return range.directions().stream().mapToInt(MsrDirection::number).sum();
  }
}
