package org.kvm4j.machine.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** Makes small files that a loader takes for a good bzImage, or for one with a chosen fault. */
final class BzImageFile {

  static final int SETUP_SECTS = 2;
  static final int CODE_OFFSET = (1 + SETUP_SECTS) * 512;
  static final int CODE_BYTES = 4096;
  static final long PREF_ADDRESS = 0x20_0000;
  static final long INIT_SIZE = 0x10_0000;
  static final int CMDLINE_SIZE = 100;

  /** Of protocol 2.15. */
  static final int HEADER_END = 0x26c;

  private BzImageFile() {}

  /** A good one; its code counts up so that each byte tells where it came from. */
  static byte[] bytes() {
    byte[] bytes = new byte[CODE_OFFSET + CODE_BYTES];
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < file.capacity(); i++) {
      file.put(i, (byte) (i / 7));
    }
    for (int i = SetupHeader.START; i < HEADER_END; i++) {
      file.put(i, (byte) 0);
    }
    file.put(SetupHeader.SETUP_SECTS, (byte) SETUP_SECTS);
    file.putInt(SetupHeader.SYSSIZE, CODE_BYTES / 16);
    file.putShort(SetupHeader.BOOT_FLAG, (short) 0xaa55);
    file.put(SetupHeader.JUMP, (byte) 0xeb);
    file.put(SetupHeader.JUMP + 1, (byte) (HEADER_END - 0x202));
    file.putInt(SetupHeader.HEADER, 0x53726448);
    file.putShort(SetupHeader.VERSION, (short) 0x020f);
    file.put(SetupHeader.LOADFLAGS, (byte) 1);
    file.putInt(SetupHeader.INITRD_ADDR_MAX, 0x7fff_ffff);
    file.putInt(SetupHeader.KERNEL_ALIGNMENT, 0x20_0000);
    file.put(SetupHeader.RELOCATABLE_KERNEL, (byte) 1);
    file.putShort(SetupHeader.XLOADFLAGS, (short) 0x3f);
    file.putInt(SetupHeader.CMDLINE_SIZE, CMDLINE_SIZE);
    file.putLong(SetupHeader.PREF_ADDRESS, PREF_ADDRESS);
    file.putInt(SetupHeader.INIT_SIZE, (int) INIT_SIZE);
    file.putInt(HEADER_END - 4, 0x1234_5678); // kernel_info_offset
    return bytes;
  }

  static Path in(Path directory) throws IOException {
    return in(directory, file -> {});
  }

  static Path in(Path directory, Consumer<ByteBuffer> change) throws IOException {
    byte[] file = bytes();
    change.accept(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
    return Files.write(directory.resolve("vmlinuz"), file);
  }
}
