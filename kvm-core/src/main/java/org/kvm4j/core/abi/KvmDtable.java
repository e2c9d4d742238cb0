package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.DescriptorTable;

/** struct kvm_dtable: GDTR or IDTR, at an offset within struct kvm_sregs. */
public final class KvmDtable {

  @C("sizeof(struct kvm_dtable)")
  public static final int SIZEOF = 16;

  @C("offsetof(struct kvm_dtable, base)")
  public static final int BASE = 0;

  @C("offsetof(struct kvm_dtable, limit)")
  public static final int LIMIT = 8;

  private KvmDtable() {}

  public static DescriptorTable read(ByteBuffer b, int at) {
    return new DescriptorTable(b.getLong(at + BASE), Short.toUnsignedInt(b.getShort(at + LIMIT)));
  }

  public static void write(ByteBuffer b, int at, DescriptorTable table) {
    b.putLong(at + BASE, table.base());
    b.putShort(at + LIMIT, (short) table.limit());
  }
}
