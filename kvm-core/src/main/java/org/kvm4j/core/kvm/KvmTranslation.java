package org.kvm4j.core.kvm;

/** struct kvm_translation: a linear address and what it maps to. */
final class KvmTranslation {

  @C("sizeof(struct kvm_translation)")
  static final int SIZEOF = 24;

  @C("offsetof(struct kvm_translation, linear_address)")
  static final int LINEAR_ADDRESS = 0;

  @C("offsetof(struct kvm_translation, physical_address)")
  static final int PHYSICAL_ADDRESS = 8;

  @C("offsetof(struct kvm_translation, valid)")
  static final int VALID = 16;

  private KvmTranslation() {}
}
