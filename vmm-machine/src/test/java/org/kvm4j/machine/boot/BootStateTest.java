package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.machine.VcpuRegisters;
import org.kvm4j.testkit.FakeGuestMemory;

class BootStateTest {

  private final SpecialRegisters registers =
      BootState.longMode(0x100_0200).specialRegisters(VcpuRegisters.AFTER_RESET);
  private final FakeGuestMemory memory = new FakeGuestMemory(2 << 20);

  BootStateTest() {
    EntryTables.writeForLongMode(memory);
  }

  @Test
  void vcpu_isIn64BitModeWithPagingAndCachesOn() {
    assertEquals(0x8000_0011L, registers.cr0(), "PG, ET, PE; not CD, NW");
    assertEquals(0x20, registers.cr4(), "PAE");
    assertEquals(0x500, registers.efer(), "LMA, LME");
    assertEquals(Segment.code64(0x10), registers.cs());
    assertEquals(Segment.data32(0x18), registers.ds());
    assertEquals(Segment.data32(0x18), registers.ss());
  }

  @Test
  void protectedMode_isFlatWithoutPaging() {
    EntryTables.writeForProtectedMode(memory);
    SpecialRegisters flat =
        BootState.protectedMode(Registers.builder().rip(0x10_0000)).specialRegisters(registers);

    assertEquals(0x11, flat.cr0(), "ET, PE; not PG");
    assertEquals(0, flat.cr3());
    assertEquals(0, flat.cr4());
    assertEquals(0, flat.efer());
    assertEquals(Segment.code32(0x10), flat.cs());
    assertEquals(Segment.data32(0x18), flat.ss());
    assertEquals(0x67, flat.tr().limit());
    assertEquals(0xb, flat.tr().type(), "a busy 32-bit TSS");
    assertEquals(descriptor(flat.cs()), memory.readLong(flat.gdt().base() + 0x10));
  }

  @Test
  void realMode_hasAllSegmentsAtZero() {
    SpecialRegisters real = BootState.realMode(0x7c00).specialRegisters(registers);

    assertEquals(0x10, real.cr0());
    assertEquals(0, real.efer());
    assertEquals(0, real.cs().base());
    assertEquals(0xffff, real.cs().limit());
    assertFalse(real.cs().db(), "16-bit code");
    assertEquals(0, real.ss().base());
    assertFalse(real.ss().db(), "16-bit stack");
    assertEquals(0x7c00, BootState.realMode(0x7c00).registers().rsp());
  }

  @Test
  void afterReset_theVcpuIsSixteenBytesBelow4GiB_whateverItWasBefore() {
    SpecialRegisters reset = BootState.atReset().specialRegisters(registers);

    assertEquals(0xffff_fff0L, reset.cs().base() + BootState.atReset().registers().rip());
    assertEquals(0xf000, reset.cs().selector());
    assertEquals(0xffff, reset.cs().limit());
    assertEquals(0, reset.ds().base());
    assertEquals(0x6000_0010, reset.cr0());
    assertEquals(0, reset.cr3());
    assertEquals(0, reset.cr4());
    assertEquals(0, reset.efer());
    assertEquals(0xffff, reset.idt().limit());
  }

  @Test
  void whatTheProtocolDoesNotName_staysAsAfterReset() {
    assertEquals(VcpuRegisters.AFTER_RESET.tr(), registers.tr());
    assertEquals(VcpuRegisters.AFTER_RESET.ldt(), registers.ldt());
    assertEquals(VcpuRegisters.AFTER_RESET.apicBase(), registers.apicBase());
  }

  @Test
  void gdtInMemory_saysWhatTheSegmentRegistersHold() {
    long gdt = registers.gdt().base();

    assertEquals(4 * 8 - 1, registers.gdt().limit());
    assertEquals(0, memory.readLong(gdt));
    assertEquals(descriptor(registers.cs()), memory.readLong(gdt + registers.cs().selector()));
    assertEquals(descriptor(registers.ds()), memory.readLong(gdt + registers.ds().selector()));
  }

  /** Encodes a flat segment. AMD64 Architecture Programmer's Manual, volume 2, section 4.7. */
  private static long descriptor(Segment segment) {
    long access = 0x80 | (segment.dpl() << 5) | (segment.system() ? 0x10 : 0) | segment.type();
    long flags =
        (segment.granular() ? 8 : 0) | (segment.db() ? 4 : 0) | (segment.longMode() ? 2 : 0);
    return 0xffffL | access << 40 | 0xfL << 48 | flags << 52;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 0x7123, 0x1f_ffff, 0x20_0000, 0x100_0200, 0xbfff_ffffL, 0xffff_ffffL})
  void addressBelow4GiB_isMappedToItself(long address) {
    long pdpt = table(memory.readLong(registers.cr3() + 8 * (address >> 39)));
    long directory = table(memory.readLong(pdpt + 8 * (address >> 30 & 0x1ff)));
    long page = memory.readLong(directory + 8 * (address >> 21 & 0x1ff));

    assertEquals(0x83, page & 0xfff, "present, writable, 2 MiB");
    assertEquals(address, (page & ~0x1f_ffffL) | (address & 0x1f_ffff));
  }

  private static long table(long entry) {
    assertEquals(3, entry & 0xfff, "present, writable");
    return entry & ~0xfffL;
  }

  @Test
  void addressFrom4GiBOn_isNotMapped() {
    assertEquals(0, memory.readLong(0xa000 + 8 * 4));
    assertEquals(0, memory.readLong(0x9000 + 8));
  }
}
