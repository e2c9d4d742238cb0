package org.kvm4j.machine.boot;

import java.nio.ByteBuffer;

/**
 * The offsets of struct setup_header, the same in a bzImage and in struct boot_params.
 * Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
 */
final class SetupHeader {

  static final int SETUP_SECTS = 0x1f1;
  static final int SYSSIZE = 0x1f4;
  static final int VID_MODE = 0x1fa;
  static final int BOOT_FLAG = 0x1fe;
  static final int JUMP = 0x200;
  static final int HEADER = 0x202;
  static final int VERSION = 0x206;
  static final int TYPE_OF_LOADER = 0x210;
  static final int LOADFLAGS = 0x211;
  static final int CODE32_START = 0x214;
  static final int RAMDISK_IMAGE = 0x218;
  static final int RAMDISK_SIZE = 0x21c;
  static final int CMD_LINE_PTR = 0x228;
  static final int INITRD_ADDR_MAX = 0x22c;
  static final int KERNEL_ALIGNMENT = 0x230;
  static final int RELOCATABLE_KERNEL = 0x234;
  static final int XLOADFLAGS = 0x236;
  static final int CMDLINE_SIZE = 0x238;
  static final int PAYLOAD_OFFSET = 0x248;
  static final int PAYLOAD_LENGTH = 0x24c;
  static final int PREF_ADDRESS = 0x258;
  static final int INIT_SIZE = 0x260;

  /** Where its first byte is. */
  static final int START = SETUP_SECTS;

  /** The end of the fields of protocol 2.12. */
  static final int END_2_12 = 0x268;

  /** It can never reach further: there edd_mbr_sig_buffer begins in struct boot_params. */
  static final int END_MAX = 0x290;

  static final int BOOT_FLAG_MAGIC = 0xaa55;

  /** "HdrS". */
  static final int HEADER_MAGIC = 0x5372_6448;

  /** JMP rel8: its operand doubles as the length of the header. */
  static final int JMP_SHORT = 0xeb;

  static final int VERSION_2_12 = 0x020c;
  static final int LOADED_HIGH = 1;
  static final int XLF_KERNEL_64 = 1;
  static final int VID_MODE_NORMAL = 0xffff;
  static final int LOADER_UNDEFINED = 0xff;

  private SetupHeader() {}

  /** Whether these first bytes of a file, in little-endian order, have a header. */
  static boolean isPresentIn(ByteBuffer start) {
    return start.limit() >= END_MAX
        && u16(start, BOOT_FLAG) == BOOT_FLAG_MAGIC
        && start.getInt(HEADER) == HEADER_MAGIC;
  }

  static int u8(ByteBuffer bytes, int offset) {
    return Byte.toUnsignedInt(bytes.get(offset));
  }

  static int u16(ByteBuffer bytes, int offset) {
    return Short.toUnsignedInt(bytes.getShort(offset));
  }

  static long u32(ByteBuffer bytes, int offset) {
    return Integer.toUnsignedLong(bytes.getInt(offset));
  }
}
