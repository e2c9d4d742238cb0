package org.kvm4j.machine.boot;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Writes the few terms of ACPI Machine Language that the DSDT needs. ACPI 6.5, chapter 20; resource
 * descriptors: section 6.4. Every method returns the encoded term.
 */
final class Aml {

  private static final int ZERO_OP = 0x00;
  private static final int ONE_OP = 0x01;
  private static final int NAME_OP = 0x08;
  private static final int BYTE_PREFIX = 0x0a;
  private static final int WORD_PREFIX = 0x0b;
  private static final int DWORD_PREFIX = 0x0c;
  private static final int STRING_PREFIX = 0x0d;
  private static final int SCOPE_OP = 0x10;
  private static final int BUFFER_OP = 0x11;
  private static final int PACKAGE_OP = 0x12;
  private static final int EXT_OP_PREFIX = 0x5b;
  private static final int DEVICE_OP = 0x82;

  /** Small resource items with their length in the low three bits. */
  private static final int IO_PORT_DESCRIPTOR = 0x47;

  private static final int IRQ_DESCRIPTOR = 0x22;
  private static final int MEMORY32_FIXED_DESCRIPTOR = 0x86;
  private static final int READ_WRITE = 1;
  private static final int EXTENDED_INTERRUPT_DESCRIPTOR = 0x89;
  private static final int CONSUMER = 1 << 0;
  private static final int EDGE = 1 << 1;
  private static final int SHARED = 1 << 3;
  private static final int END_TAG = 0x79;
  private static final int DECODE_16_BITS = 1;

  private static final Pattern EISA_ID = Pattern.compile("[A-Z]{3}[0-9A-F]{4}");

  private Aml() {}

  /** {@code Scope (path) { terms }}. */
  static byte[] scope(String path, List<byte[]> terms) {
    byte[] body = concat(nameString(path), concat(terms));
    return new TableWriter().u8(SCOPE_OP).bytes(withPkgLength(body)).toBytes();
  }

  /** {@code Device (name) { terms }}. */
  static byte[] device(String name, List<byte[]> terms) {
    byte[] body = concat(nameString(name), concat(terms));
    return new TableWriter().u8(EXT_OP_PREFIX).u8(DEVICE_OP).bytes(withPkgLength(body)).toBytes();
  }

  /** {@code Name (path, value)}. */
  static byte[] name(String path, byte[] value) {
    return new TableWriter().u8(NAME_OP).bytes(nameString(path)).bytes(value).toBytes();
  }

  /** An integer of up to 32 bits, not negative, in its shortest form. */
  static byte[] integer(int value) {
    TableWriter out = new TableWriter();
    if (value == 0) {
      return out.u8(ZERO_OP).toBytes();
    }
    if (value == 1) {
      return out.u8(ONE_OP).toBytes();
    }
    if (value <= 0xff) {
      return out.u8(BYTE_PREFIX).u8(value).toBytes();
    }
    if (value <= 0xffff) {
      return out.u8(WORD_PREFIX).u16(value).toBytes();
    }
    return out.u8(DWORD_PREFIX).u32(value).toBytes();
  }

  /** {@code Package () { elements }}. */
  static byte[] packageOf(List<byte[]> elements) {
    byte[] body = new TableWriter().u8(elements.size()).bytes(concat(elements)).toBytes();
    return new TableWriter().u8(PACKAGE_OP).bytes(withPkgLength(body)).toBytes();
  }

  /** {@code EisaId ("PNP0501")} for such an ID, and a string for any other. */
  static byte[] hardwareId(String id) {
    if (EISA_ID.matcher(id).matches()) {
      return eisaId(id);
    }
    return new TableWriter().u8(STRING_PREFIX).ascii(id, id.length() + 1, '\0').toBytes();
  }

  /** Three letters of five bits, then four hexadecimal digits, most significant bit first. */
  private static byte[] eisaId(String id) {
    int letters = 0;
    for (int i = 0; i < 3; i++) {
      letters = letters << 5 | (id.charAt(i) - '@');
    }
    int compressed = letters << 16 | Integer.parseInt(id.substring(3), 16);
    return new TableWriter()
        .u8(DWORD_PREFIX)
        .u32(Integer.toUnsignedLong(Integer.reverseBytes(compressed)))
        .toBytes();
  }

  /** {@code ResourceTemplate () { descriptors }}. */
  static byte[] resourceTemplate(List<byte[]> descriptors) {
    // A checksum of 0 stands for "none".
    byte[] resources = new TableWriter().bytes(concat(descriptors)).u8(END_TAG).u8(0).toBytes();
    byte[] body = new TableWriter().bytes(integer(resources.length)).bytes(resources).toBytes();
    return new TableWriter().u8(BUFFER_OP).bytes(withPkgLength(body)).toBytes();
  }

  /** {@code IO (Decode16, first, first, 1, count)}. */
  static byte[] io(PortRange ports) {
    return new TableWriter()
        .u8(IO_PORT_DESCRIPTOR)
        .u8(DECODE_16_BITS)
        .u16(ports.first())
        .u16(ports.first())
        .u8(1)
        .u8(ports.count())
        .toBytes();
  }

  /** {@code IRQNoFlags () { irq }}: rising edge, not shared. */
  static byte[] irq(int irq) {
    return new TableWriter().u8(IRQ_DESCRIPTOR).u16(1 << irq).toBytes();
  }

  /** {@code Memory32Fixed (ReadWrite, first, sizeBytes)}. Section 6.4.3.4. */
  static byte[] memory32Fixed(long first, long sizeBytes) {
    return new TableWriter()
        .u8(MEMORY32_FIXED_DESCRIPTOR)
        .u16(9) // bytes that follow
        .u8(READ_WRITE)
        .u32(first)
        .u32(sizeBytes)
        .toBytes();
  }

  /** {@code Interrupt (ResourceConsumer, Level or Edge, ActiveHigh, ...)}. Section 6.4.3.6. */
  static byte[] interrupt(int gsi, boolean edge) {
    return new TableWriter()
        .u8(EXTENDED_INTERRUPT_DESCRIPTOR)
        .u16(6) // bytes that follow
        .u8(CONSUMER | (edge ? EDGE : SHARED))
        .u8(1) // interrupts in the list
        .u32(gsi)
        .toBytes();
  }

  /** One segment of up to four characters, after a backslash if it is from the root. */
  private static byte[] nameString(String path) {
    TableWriter out = new TableWriter();
    if (path.startsWith("\\")) {
      return out.u8('\\').ascii(path.substring(1), 4, '_').toBytes();
    }
    return out.ascii(path, 4, '_').toBytes();
  }

  /** Puts PkgLength before a body: one to four bytes, which count themselves. Section 20.2.4. */
  private static byte[] withPkgLength(byte[] body) {
    TableWriter out = new TableWriter();
    if (body.length + 1 < 1 << 6) {
      return out.u8(body.length + 1).bytes(body).toBytes();
    }
    int more = 1;
    while (body.length + 1 + more >= 1 << (4 + 8 * more)) {
      more++;
    }
    int total = body.length + 1 + more;
    out.u8(more << 6 | (total & 0xf));
    for (int i = 0; i < more; i++) {
      out.u8(total >> (4 + 8 * i));
    }
    return out.bytes(body).toBytes();
  }

  private static byte[] concat(List<byte[]> parts) {
    return concat(parts.toArray(byte[][]::new));
  }

  private static byte[] concat(byte[]... parts) {
    TableWriter out = new TableWriter();
    for (byte[] part : parts) {
      out.bytes(part);
    }
    return out.toBytes();
  }
}
