package org.kvm4j.machine.boot;

import java.util.Collections;
import org.kvm4j.DescriptorTable;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/**
 * How the first vCPU begins, with interrupts off. The other vCPUs stay as KVM makes them, because
 * they wait for the first one's INIT and SIPI.
 *
 * @param mode what its special registers make of it
 * @param registers general registers, RIP and RFLAGS
 */
public record BootState(Mode mode, Registers registers) {

  /** The modes of an x86 processor that something can begin in. */
  public enum Mode {
    /** 64-bit mode with paging on. Documentation/arch/x86/boot.rst, "64-bit Boot Protocol". */
    LONG,
    /** 32-bit mode without paging, flat segments. Multiboot 0.6.96, section 3.2; Xen's PVH. */
    PROTECTED,
    /** Real mode with all segments at 0. */
    REAL,
    /** As after power-on: real mode, 16 bytes below 4 GiB. Intel SDM volume 3, table 10-1. */
    RESET
  }

  private static final int BOOT_CS = 0x10;
  private static final int BOOT_DS = 0x18;

  /** CR0.ET, which is always set. */
  private static final long CR0_ET = 1L << 4;

  /** CR0.CD, CR0.NW, CR0.ET. */
  private static final long CR0_AFTER_RESET = 0x6000_0010L;

  private static final int CODE_SEGMENT = 0xb;
  private static final int DATA_SEGMENT = 0x3;
  private static final int BUSY_TSS32 = 0xb;
  private static final int TSS_LIMIT = 0x67;

  private static final int RESET_CS = 0xf000;
  private static final long RESET_CS_BASE = 0xffff_0000L;
  private static final int RESET_IP = 0xfff0;

  /** Family 6, in DX after reset. */
  private static final int CPU_SIGNATURE = 0x600;

  static BootState longMode(long entry) {
    return new BootState(
        Mode.LONG,
        Registers.builder()
            .rip(entry)
            .rsi(MemoryLayout.BOOT_PARAMS.start())
            // Linux brings its own stack; smaller kernels are glad to find one.
            .rsp(MemoryLayout.STACK.end())
            .build());
  }

  /** With a stack, too, although no protocol promises one. */
  static BootState protectedMode(Registers.Builder registers) {
    return new BootState(Mode.PROTECTED, registers.rsp(MemoryLayout.STACK.end()).build());
  }

  /** At an address below 64 KiB, with a stack where a BIOS leaves room for one. */
  static BootState realMode(long entry) {
    return new BootState(
        Mode.REAL, Registers.builder().rip(entry).rsp(MemoryLayout.REAL_MODE_STACK.end()).build());
  }

  static BootState atReset() {
    return new BootState(Mode.RESET, Registers.builder().rip(RESET_IP).rdx(CPU_SIGNATURE).build());
  }

  /**
   * The special registers to enter with.
   *
   * @param start those of the new vCPU; what the mode does not say stays: LDTR, APIC base
   */
  public SpecialRegisters specialRegisters(SpecialRegisters start) {
    SpecialRegisters.Builder registers =
        start.toBuilder()
            // No interrupt can come before the kernel has its own IDT.
            .idt(new DescriptorTable(0, 0))
            .cr2(0)
            .cr3(0)
            .cr4(0)
            .cr8(0)
            .efer(0)
            .interruptBitmap(Collections.nCopies(4, 0L));
    // Without CD and NW, which reset sets: caches are on.
    switch (mode) {
      case LONG ->
          registers
              .cs(Segment.code64(BOOT_CS))
              .dataSegments(Segment.data32(BOOT_DS))
              .gdt(gdt())
              .cr0(SpecialRegisters.CR0_PE | CR0_ET | SpecialRegisters.CR0_PG)
              .cr3(MemoryLayout.PML4.start())
              .cr4(SpecialRegisters.CR4_PAE)
              .efer(SpecialRegisters.EFER_LME | SpecialRegisters.EFER_LMA);
      case PROTECTED ->
          registers
              .cs(Segment.code32(BOOT_CS))
              .dataSegments(Segment.data32(BOOT_DS))
              .tr(segment(0, TSS_LIMIT, 0, BUSY_TSS32, false))
              .gdt(gdt())
              .cr0(SpecialRegisters.CR0_PE | CR0_ET);
      case REAL -> realMode(registers).cr0(CR0_ET);
      case RESET ->
          realMode(registers)
              .cs(segment(RESET_CS_BASE, 0xffff, RESET_CS, CODE_SEGMENT, true))
              .cr0(CR0_AFTER_RESET);
    }
    return registers.build();
  }

  private static SpecialRegisters.Builder realMode(SpecialRegisters.Builder registers) {
    return registers
        .cs(segment(0, 0xffff, 0, CODE_SEGMENT, true))
        .dataSegments(segment(0, 0xffff, 0, DATA_SEGMENT, true))
        .gdt(new DescriptorTable(0, 0xffff))
        .idt(new DescriptorTable(0, 0xffff));
  }

  private static DescriptorTable gdt() {
    return new DescriptorTable(MemoryLayout.GDT.start(), (int) MemoryLayout.GDT.sizeBytes() - 1);
  }

  private static Segment segment(long base, int limit, int selector, int type, boolean codeOrData) {
    return new Segment(
        base, limit, selector, type, true, 0, false, codeOrData, false, false, false, false);
  }
}
