package org.kvm4j;

import java.util.List;

/**
 * Segments, descriptor tables and control registers of a vCPU. struct kvm_sregs.
 *
 * <p>Immutable; take what KVM reports for a new vCPU and change it with {@link #toBuilder}.
 *
 * @param interruptBitmap four words with one bit per vector: an interrupt that waits for injection
 */
public record SpecialRegisters(
    Segment cs,
    Segment ds,
    Segment es,
    Segment fs,
    Segment gs,
    Segment ss,
    Segment tr,
    Segment ldt,
    DescriptorTable gdt,
    DescriptorTable idt,
    long cr0,
    long cr2,
    long cr3,
    long cr4,
    long cr8,
    long efer,
    long apicBase,
    List<Long> interruptBitmap) {

  /** CR0.PE, protected mode. */
  public static final long CR0_PE = 1L;

  /** CR0.PG, paging. */
  public static final long CR0_PG = 1L << 31;

  /** CR4.PAE, physical address extension. */
  public static final long CR4_PAE = 1L << 5;

  /** EFER.LME, long mode enabled. */
  public static final long EFER_LME = 1L << 8;

  /** EFER.LMA, long mode active. */
  public static final long EFER_LMA = 1L << 10;

  private static final int BITMAP_WORDS = 4;

  /** Copies the bitmap and checks its length. */
  public SpecialRegisters {
    interruptBitmap = List.copyOf(interruptBitmap);
    if (interruptBitmap.size() != BITMAP_WORDS) {
      throw new IllegalArgumentException(
          "interruptBitmap has %d words: give %d, a bit for each of 256 vectors"
              .formatted(interruptBitmap.size(), BITMAP_WORDS));
    }
  }

  /** A builder that starts from these values. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Sets registers one by one. Not thread-safe. */
  public static final class Builder {
    private Segment cs;
    private Segment ds;
    private Segment es;
    private Segment fs;
    private Segment gs;
    private Segment ss;
    private Segment tr;
    private Segment ldt;
    private DescriptorTable gdt;
    private DescriptorTable idt;
    private long cr0;
    private long cr2;
    private long cr3;
    private long cr4;
    private long cr8;
    private long efer;
    private long apicBase;
    private List<Long> interruptBitmap;

    private Builder(SpecialRegisters start) {
      cs = start.cs;
      ds = start.ds;
      es = start.es;
      fs = start.fs;
      gs = start.gs;
      ss = start.ss;
      tr = start.tr;
      ldt = start.ldt;
      gdt = start.gdt;
      idt = start.idt;
      cr0 = start.cr0;
      cr2 = start.cr2;
      cr3 = start.cr3;
      cr4 = start.cr4;
      cr8 = start.cr8;
      efer = start.efer;
      apicBase = start.apicBase;
      interruptBitmap = start.interruptBitmap;
    }

    /** Sets DS, ES, FS, GS and SS alike. */
    public Builder dataSegments(Segment value) {
      return ds(value).es(value).fs(value).gs(value).ss(value);
    }

    /** Sets CS. */
    public Builder cs(Segment value) {
      cs = value;
      return this;
    }

    /** Sets DS. */
    public Builder ds(Segment value) {
      ds = value;
      return this;
    }

    /** Sets ES. */
    public Builder es(Segment value) {
      es = value;
      return this;
    }

    /** Sets FS. */
    public Builder fs(Segment value) {
      fs = value;
      return this;
    }

    /** Sets GS. */
    public Builder gs(Segment value) {
      gs = value;
      return this;
    }

    /** Sets SS. */
    public Builder ss(Segment value) {
      ss = value;
      return this;
    }

    /** Sets TR. */
    public Builder tr(Segment value) {
      tr = value;
      return this;
    }

    /** Sets LDT. */
    public Builder ldt(Segment value) {
      ldt = value;
      return this;
    }

    /** Sets GDT. */
    public Builder gdt(DescriptorTable value) {
      gdt = value;
      return this;
    }

    /** Sets IDT. */
    public Builder idt(DescriptorTable value) {
      idt = value;
      return this;
    }

    /** Sets CR0. */
    public Builder cr0(long value) {
      cr0 = value;
      return this;
    }

    /** Sets CR2. */
    public Builder cr2(long value) {
      cr2 = value;
      return this;
    }

    /** Sets CR3. */
    public Builder cr3(long value) {
      cr3 = value;
      return this;
    }

    /** Sets CR4. */
    public Builder cr4(long value) {
      cr4 = value;
      return this;
    }

    /** Sets CR8. */
    public Builder cr8(long value) {
      cr8 = value;
      return this;
    }

    /** Sets EFER. */
    public Builder efer(long value) {
      efer = value;
      return this;
    }

    /** Sets IA32_APIC_BASE. */
    public Builder apicBase(long value) {
      apicBase = value;
      return this;
    }

    /** Sets the interrupt that waits for injection. */
    public Builder interruptBitmap(List<Long> value) {
      interruptBitmap = value;
      return this;
    }

    /** The finished registers. */
    public SpecialRegisters build() {
      return new SpecialRegisters(
          cs,
          ds,
          es,
          fs,
          gs,
          ss,
          tr,
          ldt,
          gdt,
          idt,
          cr0,
          cr2,
          cr3,
          cr4,
          cr8,
          efer,
          apicBase,
          interruptBitmap);
    }
  }
}
