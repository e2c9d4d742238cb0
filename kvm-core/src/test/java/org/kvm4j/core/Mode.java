package org.kvm4j.core;

import org.kvm4j.GuestMemory;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/** The processor modes in which test guests start. Segments start at 0 in all of them. */
enum Mode {
  /** 16 bits, no protection. */
  REAL {
    @Override
    SpecialRegisters from(SpecialRegisters reset, GuestMemory memory) {
      return reset.toBuilder().cs(reset.cs().realMode(0)).build();
    }
  },

  /** 32 bits, flat, no paging. */
  PROTECTED {
    @Override
    SpecialRegisters from(SpecialRegisters reset, GuestMemory memory) {
      return reset.toBuilder()
          .cs(Segment.code32(0x8))
          .dataSegments(Segment.data32(0x10))
          .cr0(reset.cr0() | SpecialRegisters.CR0_PE)
          .build();
    }
  },

  /** 64 bits, flat; the first 4 GiB are mapped to themselves. */
  LONG {
    @Override
    SpecialRegisters from(SpecialRegisters reset, GuestMemory memory) {
      mapFourGib(memory);
      return reset.toBuilder()
          .cs(Segment.code64(0x8))
          .dataSegments(Segment.data32(0x10))
          .cr0(reset.cr0() | SpecialRegisters.CR0_PE | SpecialRegisters.CR0_PG)
          .cr3(PML4)
          .cr4(reset.cr4() | SpecialRegisters.CR4_PAE)
          .efer(reset.efer() | SpecialRegisters.EFER_LME | SpecialRegisters.EFER_LMA)
          .build();
    }
  };

  private static final long PML4 = 0x1000;
  private static final long PDPT = 0x2000;
  private static final long PAGE_DIRECTORIES = 0x3000;
  private static final int PRESENT_WRITABLE = 0x3;
  private static final int LARGE_PAGE = 0x80;

  /** What to load into a vCPU that is as after reset. */
  abstract SpecialRegisters from(SpecialRegisters reset, GuestMemory memory);

  /** Page tables with 2 MiB pages at 0x1000 to 0x6fff. */
  private static void mapFourGib(GuestMemory memory) {
    memory.writeLong(PML4, PDPT | PRESENT_WRITABLE);
    for (int gib = 0; gib < 4; gib++) {
      long directory = PAGE_DIRECTORIES + gib * 0x1000L;
      memory.writeLong(PDPT + gib * 8L, directory | PRESENT_WRITABLE);
      for (int i = 0; i < 512; i++) {
        long page = ((long) gib << 30) + ((long) i << 21);
        memory.writeLong(directory + i * 8L, page | LARGE_PAGE | PRESENT_WRITABLE);
      }
    }
  }
}
