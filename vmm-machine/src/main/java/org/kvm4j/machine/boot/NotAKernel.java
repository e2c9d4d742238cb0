package org.kvm4j.machine.boot;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/** Guesses from its first bytes what a file is that is not a kernel for x86-64. */
final class NotAKernel {

  private static final String WANTED =
      "Give a bzImage (vmlinuz), an ELF vmlinux for x86-64 or a Multiboot kernel.";
  private static final int QUOTED_CHARACTERS = 40;

  private NotAKernel() {}

  /** Why it cannot be booted, and what to do. */
  static String reason(ByteBuffer start) {
    Optional<Compression> format = Compression.of(start);
    if (format.isPresent()) {
      return "compressed twice, with %s the second time. Uncompress it once."
          .formatted(format.get().title());
    }
    if (has(start, 0, "425a68")) {
      return "compressed with bzip2. Uncompress it first; then give what comes out.";
    }
    // arch/arm64/include/asm/image.h, "ARM\x64"; arch/riscv, "RSC\x05".
    if (has(start, 56, "41524d64")) {
      return "an Image for ARM64, not for this machine. " + WANTED;
    }
    if (has(start, 56, "52534305")) {
      return "an Image for RISC-V, not for this machine. " + WANTED;
    }
    if (has(start, 0, "27051956")) {
      return "a U-Boot uImage, not a plain Linux kernel. " + WANTED;
    }
    if (has(start, 0, "4d5a")) {
      return "a PE program for EFI or Windows, not a Linux kernel. " + WANTED;
    }
    if (has(start, 0x1fe, "55aa")) {
      return "a boot sector or disk image, or a kernel before Linux 1.3.73. " + WANTED;
    }
    return "not a kernel: it starts with %s. %s".formatted(quote(start), WANTED);
  }

  private static boolean has(ByteBuffer start, int offset, String hex) {
    byte[] magic = HexFormat.of().parseHex(hex);
    return start.limit() >= offset + magic.length
        && start.slice(offset, magic.length).equals(ByteBuffer.wrap(magic));
  }

  private static String quote(ByteBuffer start) {
    byte[] bytes = new byte[Math.min(QUOTED_CHARACTERS, start.limit())];
    start.get(0, bytes);
    String line = new String(bytes, StandardCharsets.US_ASCII).lines().findFirst().orElse("");
    if (!line.isEmpty() && line.chars().allMatch(c -> c == '\t' || (c >= ' ' && c <= '~'))) {
      return '"' + line + '"';
    }
    return "the bytes " + HexFormat.ofDelimiter(" ").formatHex(bytes, 0, Math.min(8, bytes.length));
  }
}
