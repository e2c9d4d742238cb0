package org.kvm4j.machine.boot;

import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/**
 * The ACPI tables of a machine: RSDP, FACS, DSDT, FADT, MADT and XSDT. ACPI 6.5, section 5.2.
 *
 * <p>Of a machine with fixed hardware, not "hardware-reduced": power-off, timer and SCI are where
 * every kernel knows them. <em>Not described:</em> sleep states but S5, general-purpose events, and
 * PCI: its bus has no slots, so Linux misses no root bridge, and there is no memory-mapped
 * configuration space for an MCFG.
 */
public final class AcpiTables {

  static final String OEM_ID = "KVM4J";

  private static final int RSDP_BYTES = 36;
  private static final int RSDP_V1_BYTES = 20;
  private static final int RSDP_CHECKSUM = 8;
  private static final int RSDP_EXTENDED_CHECKSUM = 32;
  private static final int RSDP_REVISION = 2;

  private static final int FACS_BYTES = 64;
  private static final int FACS_VERSION = 2;

  private static final int XSDT_REVISION = 1;

  /** What the FACS needs; kept for all. */
  private static final int ALIGNMENT = 64;

  private final GuestMemory memory;
  private long next;

  private AcpiTables(GuestMemory memory, long next) {
    this.memory = memory;
    this.next = next;
  }

  /**
   * Writes them where firmware has them.
   *
   * @return the address of the RSDP, for {@link KernelLoader#load}; kernels that are not told find
   *     it by themselves
   * @throws BootException if there are too many devices for the room
   */
  public static long write(GuestMemory memory, Hardware hardware) {
    long rsdp = MemoryLayout.ACPI_TABLES.start();
    AcpiTables tables = new AcpiTables(memory, align(rsdp + RSDP_BYTES));
    long facs = tables.place(facs());
    long dsdt = tables.place(Dsdt.of(hardware));
    long fadt = tables.place(Fadt.of(hardware, facs, dsdt));
    long madt = tables.place(Madt.of(hardware));
    long xsdt = tables.place(xsdt(fadt, madt));
    memory.write(rsdp, rsdp(xsdt));
    return rsdp;
  }

  private long place(byte[] table) {
    long address = next;
    next = align(address + table.length);
    if (next > MemoryLayout.ACPI_TABLES.end()) {
      throw new BootException(
          "ACPI tables: more than the %d bytes that there is room for. Choose fewer devices or vCPUs."
              .formatted(MemoryLayout.ACPI_TABLES.sizeBytes()));
    }
    memory.write(address, table);
    return address;
  }

  private static long align(long address) {
    return (address + ALIGNMENT - 1) & -ALIGNMENT;
  }

  /** Root system description pointer, section 5.2.5.3. */
  private static byte[] rsdp(long xsdt) {
    byte[] table =
        new TableWriter()
            .ascii("RSD PTR ", 8, ' ')
            .u8(0) // checksum of what ACPI 1.0 had
            .ascii(OEM_ID, 6, ' ')
            .u8(RSDP_REVISION)
            .u32(0) // no RSDT: everything is in the XSDT
            .u32(RSDP_BYTES)
            .u64(xsdt)
            .u8(0) // checksum of all
            .zeros(3)
            .toBytes();
    TableWriter.withChecksum(table, RSDP_CHECKSUM, RSDP_V1_BYTES);
    return TableWriter.withChecksum(table, RSDP_EXTENDED_CHECKSUM, RSDP_BYTES);
  }

  /** Firmware ACPI control structure, section 5.2.10; it has no checksum. */
  private static byte[] facs() {
    TableWriter out = new TableWriter().ascii("FACS", 4, '\0').u32(FACS_BYTES);
    out.u32(0); // hardware signature
    out.u32(0); // firmware waking vector
    out.u32(0); // global lock
    out.u32(0); // flags
    out.u64(0); // X firmware waking vector
    return out.u8(FACS_VERSION).zeros(FACS_BYTES - out.size()).toBytes();
  }

  private static byte[] xsdt(long... tables) {
    TableWriter body = new TableWriter();
    for (long table : tables) {
      body.u64(table);
    }
    return Sdt.of("XSDT", XSDT_REVISION, body.toBytes());
  }
}
