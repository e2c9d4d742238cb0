package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The Debian kernel with 1, 2 and 4 vCPUs by each protocol that it has, up to a shell that answers
 * what is typed.
 */
final class BootProtocolE2E {

  private static final String WORDS =
      "quiet console=ttyS0 panic=-1 lapic=notscdeadline nolapic_timer";

  /** Also where the file is compressed, as it was unpacked before it was looked into. */
  private static final String PROTOCOL_OF_VMLINUX = ", by the Linux 64-bit boot protocol.";

  /** The kernel's own word for who loaded it, {@code /proc/sys/kernel/bootloader_type}. */
  private static final int BY_LINUX_PROTOCOL = 0xff;

  /** What the kernel's own PVH entry writes there. */
  private static final int BY_PVH = 0xb0;

  @TempDir Path directory;

  /** A file, how it is to be booted, and what the launcher and the kernel then say. */
  private enum Way {
    BZIMAGE(
        "guest-kernel",
        "linux",
        BY_LINUX_PROTOCOL,
        ": a bzImage, by the Linux 64-bit boot protocol."),
    VMLINUX("guest-vmlinux", "linux", BY_LINUX_PROTOCOL, ": an ELF vmlinux" + PROTOCOL_OF_VMLINUX),
    PVH("guest-vmlinux", "pvh", BY_PVH, ": an ELF file, by PVH.");

    private final String tool;
    private final String protocol;
    private final int loader;
    private final String said;

    Way(String tool, String protocol, int loader, String said) {
      this.tool = tool;
      this.protocol = protocol;
      this.loader = loader;
      this.said = said;
    }
  }

  static Stream<Arguments> waysAndCpus() {
    return Arrays.stream(Way.values())
        .flatMap(way -> IntStream.of(1, 2, 4).mapToObj(cpus -> Arguments.of(way, cpus)));
  }

  @ParameterizedTest
  @MethodSource("waysAndCpus")
  void kernel_bootsWithAllItsVcpus_byTheProtocolThatWasTaken(Way way, int cpus) throws Exception {
    String[] options = {"--boot", way.protocol, "--cpus", Integer.toString(cpus)};
    try (Guest guest = Guest.bootKernel(Tool.outputOf(way.tool), WORDS, options)) {
      guest.awaitText(way.said);
      assertIsWhole(guest, way.loader, cpus);
    }
  }

  @Test
  void kernelCompressedWithZstd_isUnpacked_andTheLauncherSaysSo() throws Exception {
    try (Guest guest = Guest.bootKernel(compressed(Tool.outputOf("guest-vmlinux")), WORDS)) {
      guest.awaitText(": an ELF vmlinux compressed with zstd" + PROTOCOL_OF_VMLINUX);
      assertIsWhole(guest, BY_LINUX_PROTOCOL, 1);
    }
  }

  private String compressed(String vmlinux) throws IOException {
    Path target = directory.resolve("vmlinux.zst");
    try (OutputStream out = new ZstdOutputStreamNoFinalizer(Files.newOutputStream(target))) {
      Files.copy(Path.of(vmlinux), out);
    }
    return target.toString();
  }

  /** As its shell says; then switches it off. */
  private static void assertIsWhole(Guest guest, int loader, int cpus) throws Exception {
    guest.awaitText("This is a shell inside the guest");
    guest.awaitText("# ");
    guest.type("echo loader=$(cat /proc/sys/kernel/bootloader_type).\n");
    guest.awaitText("loader=" + loader + ".\n");
    guest.type("echo online=$(cat /sys/devices/system/cpu/online) nproc=$(nproc).\n");
    guest.awaitText("online=%s nproc=%d.%n".formatted(cpus == 1 ? "0" : "0-" + (cpus - 1), cpus));
    guest.type("poweroff -f\n");
    assertEquals(0, guest.awaitExit(), guest::screen);
    assertTrue(guest.screen().contains("The guest switched the machine off"), guest::screen);
  }
}
