package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.SpecialRegisters;

/** struct kvm_sregs: segments, descriptor tables and control registers. */
public final class KvmSregs {

  @C("sizeof(struct kvm_sregs)")
  public static final int SIZEOF = 312;

  @C("offsetof(struct kvm_sregs, cs)")
  public static final int CS = 0;

  @C("offsetof(struct kvm_sregs, ds)")
  public static final int DS = 24;

  @C("offsetof(struct kvm_sregs, es)")
  public static final int ES = 48;

  @C("offsetof(struct kvm_sregs, fs)")
  public static final int FS = 72;

  @C("offsetof(struct kvm_sregs, gs)")
  public static final int GS = 96;

  @C("offsetof(struct kvm_sregs, ss)")
  public static final int SS = 120;

  @C("offsetof(struct kvm_sregs, tr)")
  public static final int TR = 144;

  @C("offsetof(struct kvm_sregs, ldt)")
  public static final int LDT = 168;

  @C("offsetof(struct kvm_sregs, gdt)")
  public static final int GDT = 192;

  @C("offsetof(struct kvm_sregs, idt)")
  public static final int IDT = 208;

  @C("offsetof(struct kvm_sregs, cr0)")
  public static final int CR0 = 224;

  @C("offsetof(struct kvm_sregs, cr2)")
  public static final int CR2 = 232;

  @C("offsetof(struct kvm_sregs, cr3)")
  public static final int CR3 = 240;

  @C("offsetof(struct kvm_sregs, cr4)")
  public static final int CR4 = 248;

  @C("offsetof(struct kvm_sregs, cr8)")
  public static final int CR8 = 256;

  @C("offsetof(struct kvm_sregs, efer)")
  public static final int EFER = 264;

  @C("offsetof(struct kvm_sregs, apic_base)")
  public static final int APIC_BASE = 272;

  @C("offsetof(struct kvm_sregs, interrupt_bitmap)")
  public static final int INTERRUPT_BITMAP = 280;

  private KvmSregs() {}

  private static final int BITMAP_WORDS = 4;

  public static SpecialRegisters read(ByteBuffer b) {
    List<Long> bitmap = new ArrayList<>();
    for (int i = 0; i < BITMAP_WORDS; i++) {
      bitmap.add(b.getLong(INTERRUPT_BITMAP + i * Long.BYTES));
    }
    return new SpecialRegisters(
        KvmSegment.read(b, CS),
        KvmSegment.read(b, DS),
        KvmSegment.read(b, ES),
        KvmSegment.read(b, FS),
        KvmSegment.read(b, GS),
        KvmSegment.read(b, SS),
        KvmSegment.read(b, TR),
        KvmSegment.read(b, LDT),
        KvmDtable.read(b, GDT),
        KvmDtable.read(b, IDT),
        b.getLong(CR0),
        b.getLong(CR2),
        b.getLong(CR3),
        b.getLong(CR4),
        b.getLong(CR8),
        b.getLong(EFER),
        b.getLong(APIC_BASE),
        bitmap);
  }

  public static void write(ByteBuffer b, SpecialRegisters r) {
    KvmSegment.write(b, CS, r.cs());
    KvmSegment.write(b, DS, r.ds());
    KvmSegment.write(b, ES, r.es());
    KvmSegment.write(b, FS, r.fs());
    KvmSegment.write(b, GS, r.gs());
    KvmSegment.write(b, SS, r.ss());
    KvmSegment.write(b, TR, r.tr());
    KvmSegment.write(b, LDT, r.ldt());
    KvmDtable.write(b, GDT, r.gdt());
    KvmDtable.write(b, IDT, r.idt());
    b.putLong(CR0, r.cr0());
    b.putLong(CR2, r.cr2());
    b.putLong(CR3, r.cr3());
    b.putLong(CR4, r.cr4());
    b.putLong(CR8, r.cr8());
    b.putLong(EFER, r.efer());
    b.putLong(APIC_BASE, r.apicBase());
    for (int i = 0; i < BITMAP_WORDS; i++) {
      b.putLong(INTERRUPT_BITMAP + i * Long.BYTES, r.interruptBitmap().get(i));
    }
  }
}
