package org.kvm4j.machine.boot;

import org.kvm4j.CpuTopology;
import org.kvm4j.GuestMemory;

/**
 * The MP table, which tells kernels without ACPI of processors and interrupts. Intel MultiProcessor
 * Specification 1.4, chapter 4.
 *
 * <p>The floating pointer is in the extended BIOS data area and the table in the BIOS area, because
 * a KiB does not hold 255 processors.
 *
 * <p>It has no room for ids above 254: processors with such are in ACPI's tables alone, and a
 * kernel that reads this one does without them.
 */
public final class MpTable {

  private static final int SPEC_REVISION_1_4 = 4;
  private static final int FLOATING_POINTER_BYTES = 16;
  private static final int FLOATING_POINTER_CHECKSUM = 10;
  private static final int HEADER_BYTES = 44;
  private static final int HEADER_CHECKSUM = 7;

  // Entry types
  private static final int PROCESSOR = 0;
  private static final int BUS = 1;
  private static final int IO_APIC = 2;
  private static final int IO_INTERRUPT = 3;
  private static final int LOCAL_INTERRUPT = 4;

  // Interrupt types
  private static final int INT = 0;
  private static final int NMI = 1;
  private static final int EXT_INT = 3;

  private static final int CPU_ENABLED = 1;
  private static final int CPU_BOOTPROCESSOR = 1 << 1;
  private static final int IOAPIC_ENABLED = 1;

  /** Of KVM's local APIC. */
  private static final int LOCAL_APIC_VERSION = 0x14;

  /** Of KVM's IOAPIC. */
  private static final int IOAPIC_VERSION = 0x11;

  /** Family 6; kernels ask CPUID instead. */
  private static final int CPU_SIGNATURE = 0x600;

  /** FPU and APIC. */
  private static final int FEATURE_FLAGS = 1 << 9 | 1;

  private static final int ISA_BUS = 0;
  private static final int ALL_LOCAL_APICS = 0xff;

  private final TableWriter entries = new TableWriter();
  private int count;

  private MpTable() {}

  /** Writes it, and the words of the BIOS data area that lead to it. */
  public static void write(GuestMemory memory, Hardware hardware) {
    long table = MemoryLayout.MP_TABLE.start();
    memory.write(table, new MpTable().describe(hardware));
    memory.write(MemoryLayout.EBDA.start(), floatingPointer(table));
    BiosDataArea.write(memory);
  }

  private static byte[] floatingPointer(long table) {
    byte[] pointer =
        new TableWriter()
            .ascii("_MP_", 4, '\0')
            .u32(table)
            .u8(FLOATING_POINTER_BYTES / 16)
            .u8(SPEC_REVISION_1_4)
            .u8(0) // checksum
            .u8(0) // a configuration table is present
            .u32(0) // virtual wire mode, as after reset
            .toBytes();
    return TableWriter.withChecksum(pointer, FLOATING_POINTER_CHECKSUM, pointer.length);
  }

  private byte[] describe(Hardware hardware) {
    for (int i = 0; i < hardware.processors().count(); i++) {
      int apicId = hardware.processors().apicId(i);
      if (apicId <= CpuTopology.LAST_XAPIC_ID) {
        processor(apicId);
      }
    }
    begin(BUS).u8(ISA_BUS).ascii("ISA", 6, ' ');
    begin(IO_APIC)
        .u8(Hardware.IOAPIC_ID)
        .u8(IOAPIC_VERSION)
        .u8(IOAPIC_ENABLED)
        .u32(Hardware.IOAPIC_ADDRESS);
    for (int irq = 0; irq < Hardware.ISA_IRQS; irq++) {
      if (irq != Hardware.CASCADE_IRQ) {
        int flags =
            irq == hardware.power().sciGsi() ? Madt.ACTIVE_HIGH_LEVEL : Madt.CONFORMS_TO_BUS;
        interrupt(IO_INTERRUPT, INT, flags, irq, Hardware.IOAPIC_ID, hardware.pinOf(irq));
      }
    }
    interrupt(LOCAL_INTERRUPT, EXT_INT, Madt.CONFORMS_TO_BUS, 0, 0, 0);
    interrupt(LOCAL_INTERRUPT, NMI, Madt.CONFORMS_TO_BUS, 0, ALL_LOCAL_APICS, 1);
    byte[] table = withHeader();
    return TableWriter.withChecksum(table, HEADER_CHECKSUM, table.length);
  }

  private void processor(int apicId) {
    begin(PROCESSOR)
        .u8(apicId)
        .u8(LOCAL_APIC_VERSION)
        .u8(apicId == 0 ? CPU_ENABLED | CPU_BOOTPROCESSOR : CPU_ENABLED)
        .u32(CPU_SIGNATURE)
        .u32(FEATURE_FLAGS)
        .u64(0); // reserved
  }

  private void interrupt(int entry, int type, int flags, int irq, int apic, int pin) {
    begin(entry).u8(type).u16(flags).u8(ISA_BUS).u8(irq).u8(apic).u8(pin);
  }

  private TableWriter begin(int entryType) {
    count++;
    return entries.u8(entryType);
  }

  private byte[] withHeader() {
    return new TableWriter()
        .ascii("PCMP", 4, '\0')
        .u16(HEADER_BYTES + entries.size())
        .u8(SPEC_REVISION_1_4)
        .u8(0) // checksum
        .ascii(AcpiTables.OEM_ID, 8, ' ')
        .ascii("VM", 12, ' ')
        .u32(0) // no OEM table
        .u16(0)
        .u16(count)
        .u32(Hardware.LOCAL_APIC_ADDRESS)
        .u16(0) // no extended table
        .u8(0)
        .u8(0)
        .bytes(entries.toBytes())
        .toBytes();
  }
}
