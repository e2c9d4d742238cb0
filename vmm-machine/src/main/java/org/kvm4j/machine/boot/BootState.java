package org.kvm4j.machine.boot;

import java.util.Collections;
import org.kvm4j.DescriptorTable;
import org.kvm4j.Registers;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;

/**
 * How the first vCPU enters the kernel: in 64-bit mode, interrupts off, RSI at struct boot_params.
 * Documentation/arch/x86/boot.rst, "64-bit Boot Protocol". The other vCPUs stay as KVM makes them,
 * because they wait for the first one's INIT and SIPI.
 *
 * @param registers general registers, RIP and RFLAGS
 */
public record BootState(Registers registers) {

  private static final int BOOT_CS = 0x10;
  private static final int BOOT_DS = 0x18;

  /** CR0.ET, which is always set. */
  private static final long CR0_ET = 1L << 4;

  static BootState entering(long entry) {
    return new BootState(
        Registers.builder()
            .rip(entry)
            .rsi(MemoryLayout.BOOT_PARAMS.start())
            // Linux brings its own stack; smaller kernels are glad to find one.
            .rsp(MemoryLayout.STACK.end())
            .build());
  }

  /**
   * The special registers to enter with.
   *
   * @param start those of the new vCPU; its TR, LDTR and APIC base stay
   */
  public SpecialRegisters specialRegisters(SpecialRegisters start) {
    return start.toBuilder()
        .cs(Segment.code64(BOOT_CS))
        .dataSegments(Segment.data32(BOOT_DS))
        .gdt(new DescriptorTable(MemoryLayout.GDT.start(), (int) MemoryLayout.GDT.sizeBytes() - 1))
        // No interrupt can come before the kernel has its own IDT.
        .idt(new DescriptorTable(0, 0))
        // Not CD and NW, which reset sets: caches are on.
        .cr0(SpecialRegisters.CR0_PE | CR0_ET | SpecialRegisters.CR0_PG)
        .cr2(0)
        .cr3(MemoryLayout.PML4.start())
        .cr4(SpecialRegisters.CR4_PAE)
        .cr8(0)
        .efer(SpecialRegisters.EFER_LME | SpecialRegisters.EFER_LMA)
        .interruptBitmap(Collections.nCopies(4, 0L))
        .build();
  }
}
