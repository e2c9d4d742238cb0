package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.event.MachineCheck;

/** struct kvm_x86_mce: a machine check to deliver. */
public final class KvmX86Mce {

  @C("sizeof(struct kvm_x86_mce)")
  public static final int SIZEOF = 64;

  @C("offsetof(struct kvm_x86_mce, status)")
  public static final int STATUS = 0;

  @C("offsetof(struct kvm_x86_mce, addr)")
  public static final int ADDR = 8;

  @C("offsetof(struct kvm_x86_mce, misc)")
  public static final int MISC = 16;

  @C("offsetof(struct kvm_x86_mce, mcg_status)")
  public static final int MCG_STATUS = 24;

  @C("offsetof(struct kvm_x86_mce, bank)")
  public static final int BANK = 32;

  private KvmX86Mce() {}

  public static void write(ByteBuffer b, MachineCheck check) {
    b.putLong(STATUS, check.status());
    b.putLong(ADDR, check.address());
    b.putLong(MISC, check.misc());
    b.putLong(MCG_STATUS, check.globalStatus());
    b.put(BANK, (byte) check.bank());
  }
}
