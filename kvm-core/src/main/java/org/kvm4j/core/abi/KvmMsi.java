package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.irq.MsiMessage;

/** struct kvm_msi: a message-signalled interrupt. */
public final class KvmMsi {

  @C("sizeof(struct kvm_msi)")
  public static final int SIZEOF = 32;

  @C("offsetof(struct kvm_msi, address_lo)")
  public static final int ADDRESS_LO = 0;

  @C("offsetof(struct kvm_msi, address_hi)")
  public static final int ADDRESS_HI = 4;

  @C("offsetof(struct kvm_msi, data)")
  public static final int DATA = 8;

  @C("offsetof(struct kvm_msi, flags)")
  public static final int FLAGS = 12;

  @C("offsetof(struct kvm_msi, devid)")
  public static final int DEVID = 16;

  private KvmMsi() {}

  public static void write(ByteBuffer b, MsiMessage message) {
    b.putInt(ADDRESS_LO, (int) message.address());
    b.putInt(ADDRESS_HI, (int) (message.address() >>> Integer.SIZE));
    b.putInt(DATA, message.data());
  }
}
