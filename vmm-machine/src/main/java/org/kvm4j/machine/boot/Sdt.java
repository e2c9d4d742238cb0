package org.kvm4j.machine.boot;

/** A system description table: its body behind the common header. ACPI 6.5, section 5.2.6. */
final class Sdt {

  static final int HEADER_BYTES = 36;
  private static final int CHECKSUM = 9;

  private Sdt() {}

  static byte[] of(String signature, int revision, byte[] body) {
    byte[] table =
        new TableWriter()
            .ascii(signature, 4, '\0')
            .u32(HEADER_BYTES + body.length)
            .u8(revision)
            .u8(0) // checksum
            .ascii(AcpiTables.OEM_ID, 6, ' ')
            .ascii("KVM4JVM", 8, ' ') // OEM table ID
            .u32(1) // OEM revision
            .ascii("K4J", 4, ' ') // creator ID
            .u32(1) // creator revision
            .bytes(body)
            .toBytes();
    return TableWriter.withChecksum(table, CHECKSUM, table.length);
  }
}
