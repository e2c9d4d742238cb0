package org.kvm4j.core.abi;

/** struct kvm_translation: a linear address and what it maps to. */
public final class KvmTranslation {

  @C("sizeof(struct kvm_translation)")
  public static final int SIZEOF = 24;

  @C("offsetof(struct kvm_translation, linear_address)")
  public static final int LINEAR_ADDRESS = 0;

  @C("offsetof(struct kvm_translation, physical_address)")
  public static final int PHYSICAL_ADDRESS = 8;

  @C("offsetof(struct kvm_translation, valid)")
  public static final int VALID = 16;

  private KvmTranslation() {}
}
