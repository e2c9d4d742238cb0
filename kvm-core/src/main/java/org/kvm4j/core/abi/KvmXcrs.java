package org.kvm4j.core.abi;

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
}
