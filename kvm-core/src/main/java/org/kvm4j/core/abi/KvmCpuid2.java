package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;

/** struct kvm_cpuid2: a count and that many struct kvm_cpuid_entry2. */
public final class KvmCpuid2 {

  @C("sizeof(struct kvm_cpuid2)")
  public static final int SIZEOF = 8;

  @C("offsetof(struct kvm_cpuid2, nent)")
  public static final int NENT = 0;

  @C("offsetof(struct kvm_cpuid2, entries)")
  public static final int ENTRIES = 8;

  private KvmCpuid2() {}

  @C("sizeof(struct kvm_cpuid_entry2)")
  public static final int SIZEOF_ENTRY = 40;

  @C("offsetof(struct kvm_cpuid_entry2, function)")
  public static final int ENTRY_FUNCTION = 0;

  @C("offsetof(struct kvm_cpuid_entry2, index)")
  public static final int ENTRY_INDEX = 4;

  @C("offsetof(struct kvm_cpuid_entry2, flags)")
  public static final int ENTRY_FLAGS = 8;

  @C("offsetof(struct kvm_cpuid_entry2, eax)")
  public static final int ENTRY_EAX = 12;

  @C("offsetof(struct kvm_cpuid_entry2, ebx)")
  public static final int ENTRY_EBX = 16;

  @C("offsetof(struct kvm_cpuid_entry2, ecx)")
  public static final int ENTRY_ECX = 20;

  @C("offsetof(struct kvm_cpuid_entry2, edx)")
  public static final int ENTRY_EDX = 24;

  @C("offsetof(struct kvm_cpuid_entry2, padding)")
  public static final int ENTRY_PADDING = 28;

  public static int sizeBytes(int entryCount) {
    return ENTRIES + entryCount * SIZEOF_ENTRY;
  }

  /**
   * Reads a table.
   *
   * @param count of its entries, checked by the caller: the field in the struct is the kernel's
   */
  public static CpuidTable read(ByteBuffer b, int count) {
    List<CpuidEntry> entries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int at = sizeBytes(i);
      entries.add(
          new CpuidEntry(
              b.getInt(at + ENTRY_FUNCTION),
              b.getInt(at + ENTRY_INDEX),
              b.getInt(at + ENTRY_FLAGS),
              b.getInt(at + ENTRY_EAX),
              b.getInt(at + ENTRY_EBX),
              b.getInt(at + ENTRY_ECX),
              b.getInt(at + ENTRY_EDX)));
    }
    return new CpuidTable(entries);
  }

  public static void write(ByteBuffer b, CpuidTable table) {
    b.putInt(NENT, table.entries().size());
    int at = ENTRIES;
    for (CpuidEntry entry : table.entries()) {
      b.putInt(at + ENTRY_FUNCTION, entry.function());
      b.putInt(at + ENTRY_INDEX, entry.index());
      b.putInt(at + ENTRY_FLAGS, entry.flags());
      b.putInt(at + ENTRY_EAX, entry.eax());
      b.putInt(at + ENTRY_EBX, entry.ebx());
      b.putInt(at + ENTRY_ECX, entry.ecx());
      b.putInt(at + ENTRY_EDX, entry.edx());
      at += SIZEOF_ENTRY;
    }
  }
}
