package org.kvm4j.machine.probe;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collections;
import java.util.Optional;
import org.kvm4j.CpuidTable;
import org.kvm4j.DescriptorTable;
import org.kvm4j.GuestMemory;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/**
 * A probe guest in memory: code between the tables that 64-bit mode needs, entered as a kernel
 * runs. Every exception is reported by a port access of its own.
 *
 * <p>AMD64 Architecture Programmer's Manual, volume 2, sections 4.8 (descriptors), 5.3 (page
 * tables), 8.2 (vectors) and 12.2.5 (64-bit TSS).
 */
final class ProbeImage {

  static final long RAM_BYTES = 4 << 20;

  /** The guest has done what it was to do. */
  static final int MARK_PORT = 0xf4;

  /** An exception has come: its vector; or {@link #END_REACHED}. */
  static final int FAULT_PORT = 0xf5;

  /** What {@link #FAULT_PORT} gets when the expected exception did not come. */
  static final int END_REACHED = 0xff;

  private static final int PML4 = 0x1000;
  private static final int PDPT = 0x2000;
  private static final int PD_FIRST_GIB = 0x3000;
  private static final int PD_FOURTH_GIB = 0x4000;
  private static final int GDT = 0x5000;
  private static final int TSS = 0x5800;
  private static final int IDT = 0x6000;
  private static final int HANDLERS = 0x7000;
  private static final int CODE = 0x8000;
  private static final int SCRATCH = 0xa000;
  private static final int STACK_TOP = 0x1_0000;

  /** The second large page: the only one that user mode may touch. */
  private static final int USER_CODE = 0x20_0000;

  private static final long MMIO = 0xd000_0000L;
  private static final long LOCAL_APIC = 0xfee0_0000L;
  private static final long UNMAPPED = 0x4000_0000L;

  private static final int KERNEL_CS = 0x10;
  private static final int KERNEL_DS = 0x18;
  private static final int TSS_SELECTOR = 0x38;
  private static final long KERNEL_CODE_64 = 0x00af_9b00_0000_ffffL;
  private static final long KERNEL_DATA = 0x00cf_9300_0000_ffffL;
  private static final long USER_DATA = 0x00cf_f300_0000_ffffL;
  private static final long USER_CODE_64 = 0x00af_fb00_0000_ffffL;
  private static final int TSS_LIMIT = 0x67;
  private static final long TSS_AVAILABLE = 0x89L << 40;
  private static final int TSS_TYPE_BUSY = 0xb;
  private static final int TSS_RSP0 = 4;

  private static final long PAGE_TABLE = 0b111; // present, writable, user
  private static final long SUPERVISOR_2M = 1 << 7 | 0b011;
  private static final long USER_2M = 1 << 7 | 0b111;
  private static final int BYTES_PER_2M_PAGE = 2 << 20;
  private static final int TABLE_ENTRIES = 512;

  /** Present, DPL 3 so that int3 works in user mode, interrupt gate. */
  private static final long GATE = 0xee00L << 32 | (long) KERNEL_CS << 16;

  private static final int GATE_BYTES = 16;
  private static final int HANDLER_BYTES = 16;

  private static final long CR0_MP = 1L << 1;
  private static final long CR0_ET = 1L << 4;
  private static final long CR0_NE = 1L << 5;
  private static final long CR0_WP = 1L << 16;
  private static final long CR4_OSFXSR = 1L << 9;
  private static final long CR4_OSXMMEXCPT = 1L << 10;
  private static final long CR4_FSGSBASE = 1L << 16;
  private static final long CR4_OSXSAVE = 1L << 18;
  private static final long EFER_SCE = 1;

  private final byte[] code;
  private final Optional<Vector> expected;

  /**
   * A guest.
   *
   * @param code entered at CPL 0; when it comes to its end, {@link #MARK_PORT} is written
   * @param expected the vector that is to write {@link #MARK_PORT} in place of the end
   */
  ProbeImage(byte[] code, Optional<Vector> expected) {
    this.code = code.clone();
    this.expected = expected;
  }

  /** Writes everything to RAM that is all zero. */
  void write(GuestMemory memory) {
    memory.write(CODE, code);
    memory.write(CODE + code.length, expected.isPresent() ? report(END_REACHED) : mark());
    memory.write(USER_CODE, new byte[] {(byte) 0xcc, 0x0f, 0x05}); // int3; syscall
    writePageTables(memory);
    writeGdtAndTss(memory);
    for (Vector vector : Vector.values()) {
      boolean isExpected = expected.filter(vector::equals).isPresent();
      int handler = HANDLERS + vector.number() * HANDLER_BYTES;
      memory.write(handler, isExpected ? mark() : report(vector.number()));
      memory.writeLong(IDT + vector.number() * GATE_BYTES, GATE | handler);
    }
  }

  /** out MARK_PORT, al; hlt. */
  private static byte[] mark() {
    return new byte[] {(byte) 0xe6, (byte) MARK_PORT, (byte) 0xf4};
  }

  /** mov al, value; out FAULT_PORT, al; hlt. */
  private static byte[] report(int value) {
    return new byte[] {(byte) 0xb0, (byte) value, (byte) 0xe6, (byte) FAULT_PORT, (byte) 0xf4};
  }

  /** RAM and the fourth GiB, where MMIO and the local APIC are; a gap between them. */
  private static void writePageTables(GuestMemory memory) {
    memory.writeLong(PML4, PDPT | PAGE_TABLE);
    memory.writeLong(PDPT, PD_FIRST_GIB | PAGE_TABLE);
    memory.writeLong(PDPT + 3 * Long.BYTES, PD_FOURTH_GIB | PAGE_TABLE);
    memory.writeLong(PD_FIRST_GIB, SUPERVISOR_2M);
    memory.writeLong(PD_FIRST_GIB + Long.BYTES, USER_CODE | USER_2M);
    ByteBuffer fourthGib = littleEndian(TABLE_ENTRIES * Long.BYTES);
    for (int i = 0; i < TABLE_ENTRIES; i++) {
      fourthGib.putLong((3L << 30) + (long) i * BYTES_PER_2M_PAGE | SUPERVISOR_2M);
    }
    memory.write(PD_FOURTH_GIB, fourthGib.flip());
  }

  private static void writeGdtAndTss(GuestMemory memory) {
    memory.writeLong(GDT + KERNEL_CS, KERNEL_CODE_64);
    memory.writeLong(GDT + KERNEL_DS, KERNEL_DATA);
    memory.writeLong(GDT + 0x28, USER_DATA);
    memory.writeLong(GDT + 0x30, USER_CODE_64);
    memory.writeLong(GDT + TSS_SELECTOR, TSS_LIMIT | (long) TSS << 16 | TSS_AVAILABLE);
    memory.writeLong(TSS + TSS_RSP0, STACK_TOP);
  }

  private static ByteBuffer littleEndian(int sizeBytes) {
    return ByteBuffer.allocate(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** What the table of instructions says about the registers on entry. */
  static Registers registers() {
    return Registers.builder()
        .rip(CODE)
        .rsp(STACK_TOP)
        .rdi(SCRATCH)
        .rsi(SCRATCH + 0x1000)
        .r8(MMIO)
        .r9(LOCAL_APIC)
        .r10(UNMAPPED)
        .r11(USER_CODE)
        .build();
  }

  /** Paging, SSE and what of XSAVE and FSGSBASE the CPU has are on, as in a kernel. */
  static SpecialRegisters specialRegisters(SpecialRegisters start, CpuidTable cpuid) {
    Segment data = Segment.data32(KERNEL_DS);
    return start.toBuilder()
        .cs(Segment.code64(KERNEL_CS))
        .dataSegments(data)
        .tr(
            new Segment(
                TSS,
                TSS_LIMIT,
                TSS_SELECTOR,
                TSS_TYPE_BUSY,
                true,
                0,
                false,
                false,
                false,
                false,
                false,
                false))
        .gdt(new DescriptorTable(GDT, 0x47))
        .idt(new DescriptorTable(IDT, 0xfff))
        .cr0(SpecialRegisters.CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | SpecialRegisters.CR0_PG)
        .cr3(PML4)
        .cr4(
            SpecialRegisters.CR4_PAE
                | CR4_OSFXSR
                | CR4_OSXMMEXCPT
                | (CpuFeature.XSAVE.isOfferedBy(cpuid) ? CR4_OSXSAVE : 0)
                | (CpuFeature.FSGSBASE.isOfferedBy(cpuid) ? CR4_FSGSBASE : 0))
        .efer(SpecialRegisters.EFER_LME | SpecialRegisters.EFER_LMA | EFER_SCE)
        .interruptBitmap(Collections.nCopies(4, 0L))
        .build();
  }
}
