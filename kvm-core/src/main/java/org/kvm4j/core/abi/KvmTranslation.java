package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.kvm4j.Translation;

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

  @C("offsetof(struct kvm_translation, writeable)")
  public static final int WRITEABLE = 17;

  @C("offsetof(struct kvm_translation, usermode)")
  public static final int USERMODE = 18;

  private KvmTranslation() {}

  /** Empty if the address is not mapped. */
  public static Optional<Translation> read(ByteBuffer b) {
    return b.get(VALID) == 0
        ? Optional.empty()
        : Optional.of(
            new Translation(
                b.getLong(PHYSICAL_ADDRESS), b.get(WRITEABLE) != 0, b.get(USERMODE) != 0));
  }
}
