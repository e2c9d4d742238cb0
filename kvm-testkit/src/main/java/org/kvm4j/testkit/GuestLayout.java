package org.kvm4j.testkit;

import java.util.Collections;
import org.kvm4j.DescriptorTable;
import org.kvm4j.GuestMemory;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/**
 * What lies above the test's MiB of RAM, and a vCPU that starts there in 64-bit mode. AMD64
 * Architecture Programmer's Manual, volume 2, sections 4.8, 5.3 and 8.2.
 */
final class GuestLayout {

  static final int CODE = MockMachine.MEMORY_BYTES;
  static final int CODE_BYTES = 0x1_0000;
  static final int RAM_BYTES = MockMachine.MEMORY_BYTES + 0x2_8000;

  /** The vector of GSI 0; the others follow. */
  static final int FIRST_INTERRUPT_VECTOR = 0x30;

  private static final int STACK_TOP = CODE + 0x2_0000;
  private static final int PML4 = STACK_TOP;
  private static final int PDPT = PML4 + 0x1000;
  private static final int PAGE_DIRECTORIES = PDPT + 0x1000;
  private static final int GDT = PAGE_DIRECTORIES + 4 * 0x1000;
  private static final int IDT = GDT + 0x1000;

  private static final int CS = 0x08;
  private static final int DS = 0x10;
  private static final int GDT_BYTES = 0x18;
  private static final int IDT_BYTES = 0x1000;
  private static final int GATE_BYTES = 16;
  private static final long CODE_64 = 0x00af_9b00_0000_ffffL;
  private static final long DATA = 0x00cf_9300_0000_ffffL;
  private static final long INTERRUPT_GATE = 0x8e00L << 32;
  private static final long PRESENT_WRITABLE = 0x3;
  private static final long LARGE_PAGE = 0x80;
  private static final long CR0_ET = 1L << 4;
  private static final long RFLAGS_IF = 1L << 9;

  private GuestLayout() {}

  /** Writes code and tables. */
  static void write(GuestCode code, GuestMemory memory) {
    byte[] bytes = code.assemble(CODE);
    if (bytes.length > CODE_BYTES) {
      throw new IllegalArgumentException(
          "The guest's code has %d bytes. Use at most %d.".formatted(bytes.length, CODE_BYTES));
    }
    memory.clear(CODE, RAM_BYTES - CODE);
    memory.write(CODE, bytes);
    memory.writeLong(GDT + CS, CODE_64);
    memory.writeLong(GDT + DS, DATA);
    for (int vector = 0; vector < GuestCode.EXCEPTIONS; vector++) {
      writeGate(memory, vector, CODE + code.position(GuestCode.exceptionLabel(vector)));
    }
    for (int gsi : code.interrupts()) {
      int handler = CODE + code.position(GuestCode.interruptLabel(gsi));
      writeGate(memory, FIRST_INTERRUPT_VECTOR + gsi, handler);
    }
    mapFourGib(memory);
  }

  /** General registers at the start. */
  static Registers registers() {
    return Registers.builder()
        .rip(CODE)
        .rsp(STACK_TOP)
        .rflags(Registers.RFLAGS_FIXED | RFLAGS_IF)
        .build();
  }

  /**
   * The other registers at the start.
   *
   * @param start those of the vCPU; its TR, LDTR and APIC base stay
   */
  static SpecialRegisters specialRegisters(SpecialRegisters start) {
    return start.toBuilder()
        .cs(Segment.code64(CS))
        .dataSegments(Segment.data32(DS))
        .gdt(new DescriptorTable(GDT, GDT_BYTES - 1))
        .idt(new DescriptorTable(IDT, IDT_BYTES - 1))
        .cr0(SpecialRegisters.CR0_PE | CR0_ET | SpecialRegisters.CR0_PG)
        .cr3(PML4)
        .cr4(SpecialRegisters.CR4_PAE)
        .efer(SpecialRegisters.EFER_LME | SpecialRegisters.EFER_LMA)
        .interruptBitmap(Collections.nCopies(4, 0L))
        .build();
  }

  private static void writeGate(GuestMemory memory, int vector, int handler) {
    long low = (handler & 0xffffL) | CS << 16 | INTERRUPT_GATE | (handler & 0xffff_0000L) << 32;
    memory.writeLong(IDT + (long) vector * GATE_BYTES, low);
  }

  private static void mapFourGib(GuestMemory memory) {
    memory.writeLong(PML4, PDPT | PRESENT_WRITABLE);
    for (long gib = 0; gib < 4; gib++) {
      long directory = PAGE_DIRECTORIES + gib * 0x1000;
      memory.writeLong(PDPT + gib * 8, directory | PRESENT_WRITABLE);
      for (long page = 0; page < 512; page++) {
        long address = gib << 30 | page << 21;
        memory.writeLong(directory + page * 8, address | LARGE_PAGE | PRESENT_WRITABLE);
      }
    }
  }
}
