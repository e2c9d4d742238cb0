package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.state.SpecialRegisters2;

/** struct kvm_sregs2: special registers with the PDPTRs instead of the interrupt bitmap. */
public final class KvmSregs2 {

  @C("sizeof(struct kvm_sregs2)")
  public static final int SIZEOF = 320;

  @C("offsetof(struct kvm_sregs2, cs)")
  public static final int CS = 0;

  @C("offsetof(struct kvm_sregs2, ds)")
  public static final int DS = 24;

  @C("offsetof(struct kvm_sregs2, es)")
  public static final int ES = 48;

  @C("offsetof(struct kvm_sregs2, fs)")
  public static final int FS = 72;

  @C("offsetof(struct kvm_sregs2, gs)")
  public static final int GS = 96;

  @C("offsetof(struct kvm_sregs2, ss)")
  public static final int SS = 120;

  @C("offsetof(struct kvm_sregs2, tr)")
  public static final int TR = 144;

  @C("offsetof(struct kvm_sregs2, ldt)")
  public static final int LDT = 168;

  @C("offsetof(struct kvm_sregs2, gdt)")
  public static final int GDT = 192;

  @C("offsetof(struct kvm_sregs2, idt)")
  public static final int IDT = 208;

  @C("offsetof(struct kvm_sregs2, cr0)")
  public static final int CR0 = 224;

  @C("offsetof(struct kvm_sregs2, cr2)")
  public static final int CR2 = 232;

  @C("offsetof(struct kvm_sregs2, cr3)")
  public static final int CR3 = 240;

  @C("offsetof(struct kvm_sregs2, cr4)")
  public static final int CR4 = 248;

  @C("offsetof(struct kvm_sregs2, cr8)")
  public static final int CR8 = 256;

  @C("offsetof(struct kvm_sregs2, efer)")
  public static final int EFER = 264;

  @C("offsetof(struct kvm_sregs2, apic_base)")
  public static final int APIC_BASE = 272;

  @C("offsetof(struct kvm_sregs2, flags)")
  public static final int FLAGS = 280;

  @C("offsetof(struct kvm_sregs2, pdptrs)")
  public static final int PDPTRS = 288;

  @C("KVM_SREGS2_FLAGS_PDPTRS_VALID")
  public static final int KVM_SREGS2_FLAGS_PDPTRS_VALID = 1;

  /** The length of {@code pdptrs}. */
  @C("sizeof(((struct kvm_sregs2 *) 0)->pdptrs) / 8")
  public static final int PDPTR_COUNT = 4;

  private KvmSregs2() {}

  private static final List<Long> NO_BITMAP = Collections.nCopies(4, 0L);

  /** Up to the APIC base it is laid out as struct kvm_sregs; behind that there is no bitmap. */
  public static SpecialRegisters2 read(ByteBuffer b) {
    SpecialRegisters common = KvmSregs.read(b).toBuilder().interruptBitmap(NO_BITMAP).build();
    List<Long> pdptrs = new ArrayList<>();
    if ((b.getLong(FLAGS) & KVM_SREGS2_FLAGS_PDPTRS_VALID) != 0) {
      for (int i = 0; i < PDPTR_COUNT; i++) {
        pdptrs.add(b.getLong(PDPTRS + i * Long.BYTES));
      }
    }
    return new SpecialRegisters2(common, pdptrs);
  }

  public static void write(ByteBuffer b, SpecialRegisters2 r) {
    KvmSregs.write(b, r.registers());
    b.putLong(FLAGS, r.pdptrs().isEmpty() ? 0 : KVM_SREGS2_FLAGS_PDPTRS_VALID);
    for (int i = 0; i < PDPTR_COUNT; i++) {
      b.putLong(PDPTRS + i * Long.BYTES, r.pdptrs().isEmpty() ? 0 : r.pdptrs().get(i));
    }
  }
}
