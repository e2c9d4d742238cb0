package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.state.Xcr;

/** struct kvm_xcrs: a count and up to 16 struct kvm_xcr. */
public final class KvmXcrs {

  @C("sizeof(struct kvm_xcrs)")
  public static final int SIZEOF = 392;

  @C("offsetof(struct kvm_xcrs, nr_xcrs)")
  public static final int NR_XCRS = 0;

  @C("offsetof(struct kvm_xcrs, flags)")
  public static final int FLAGS = 4;

  @C("offsetof(struct kvm_xcrs, xcrs)")
  public static final int XCRS = 8;

  @C("KVM_MAX_XCRS")
  public static final int KVM_MAX_XCRS = 16;

  @C("sizeof(struct kvm_xcr)")
  public static final int SIZEOF_XCR = 16;

  @C("offsetof(struct kvm_xcr, xcr)")
  public static final int XCR_XCR = 0;

  @C("offsetof(struct kvm_xcr, value)")
  public static final int XCR_VALUE = 8;

  private KvmXcrs() {}

  /** The caller has checked the count. */
  public static List<Xcr> read(ByteBuffer b) {
    List<Xcr> xcrs = new ArrayList<>();
    for (int i = 0; i < b.getInt(NR_XCRS); i++) {
      int at = XCRS + i * SIZEOF_XCR;
      xcrs.add(new Xcr(b.getInt(at + XCR_XCR), b.getLong(at + XCR_VALUE)));
    }
    return List.copyOf(xcrs);
  }

  public static void write(ByteBuffer b, List<Xcr> xcrs) {
    b.putInt(NR_XCRS, xcrs.size());
    int at = XCRS;
    for (Xcr xcr : xcrs) {
      b.putInt(at + XCR_XCR, xcr.index());
      b.putLong(at + XCR_VALUE, xcr.value());
      at += SIZEOF_XCR;
    }
  }
}
