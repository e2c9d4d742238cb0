package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.Segment;

/** struct kvm_segment: a segment register, at an offset within struct kvm_sregs. */
public final class KvmSegment {

  @C("sizeof(struct kvm_segment)")
  public static final int SIZEOF = 24;

  @C("offsetof(struct kvm_segment, base)")
  public static final int BASE = 0;

  @C("offsetof(struct kvm_segment, limit)")
  public static final int LIMIT = 8;

  @C("offsetof(struct kvm_segment, selector)")
  public static final int SELECTOR = 12;

  @C("offsetof(struct kvm_segment, type)")
  public static final int TYPE = 14;

  @C("offsetof(struct kvm_segment, present)")
  public static final int PRESENT = 15;

  @C("offsetof(struct kvm_segment, dpl)")
  public static final int DPL = 16;

  @C("offsetof(struct kvm_segment, db)")
  public static final int DB = 17;

  @C("offsetof(struct kvm_segment, s)")
  public static final int S = 18;

  @C("offsetof(struct kvm_segment, l)")
  public static final int L = 19;

  @C("offsetof(struct kvm_segment, g)")
  public static final int G = 20;

  @C("offsetof(struct kvm_segment, avl)")
  public static final int AVL = 21;

  @C("offsetof(struct kvm_segment, unusable)")
  public static final int UNUSABLE = 22;

  private KvmSegment() {}

  public static Segment read(ByteBuffer b, int at) {
    return new Segment(
        b.getLong(at + BASE),
        b.getInt(at + LIMIT),
        Short.toUnsignedInt(b.getShort(at + SELECTOR)),
        b.get(at + TYPE),
        b.get(at + PRESENT) != 0,
        b.get(at + DPL),
        b.get(at + DB) != 0,
        b.get(at + S) != 0,
        b.get(at + L) != 0,
        b.get(at + G) != 0,
        b.get(at + AVL) != 0,
        b.get(at + UNUSABLE) != 0);
  }

  public static void write(ByteBuffer b, int at, Segment segment) {
    b.putLong(at + BASE, segment.base());
    b.putInt(at + LIMIT, segment.limit());
    b.putShort(at + SELECTOR, (short) segment.selector());
    b.put(at + TYPE, (byte) segment.type());
    b.put(at + PRESENT, bit(segment.present()));
    b.put(at + DPL, (byte) segment.dpl());
    b.put(at + DB, bit(segment.db()));
    b.put(at + S, bit(segment.system()));
    b.put(at + L, bit(segment.longMode()));
    b.put(at + G, bit(segment.granular()));
    b.put(at + AVL, bit(segment.available()));
    b.put(at + UNUSABLE, bit(segment.unusable()));
  }

  private static byte bit(boolean value) {
    return (byte) (value ? 1 : 0);
  }
}
