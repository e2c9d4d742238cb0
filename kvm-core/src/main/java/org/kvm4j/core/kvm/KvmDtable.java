package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import org.kvm4j.DescriptorTable;

/** struct kvm_dtable: GDTR or IDTR, at an offset within struct kvm_sregs. */
final class KvmDtable {

  @C("sizeof(struct kvm_dtable)")
  static final int SIZEOF = 16;

  @C("offsetof(struct kvm_dtable, base)")
  static final int BASE = 0;

  @C("offsetof(struct kvm_dtable, limit)")
  static final int LIMIT = 8;

  private KvmDtable() {}

  static DescriptorTable read(ByteBuffer b, int at) {
    return new DescriptorTable(b.getLong(at + BASE), Short.toUnsignedInt(b.getShort(at + LIMIT)));
  }

  static void write(ByteBuffer b, int at, DescriptorTable table) {
    b.putLong(at + BASE, table.base());
    b.putShort(at + LIMIT, (short) table.limit());
  }
}
