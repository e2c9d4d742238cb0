package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The Debian kernel by each protocol that it has, each with another number of vCPUs, so that three
 * boots show all of both. The kernel tells who loaded it: 0xff is this loader, by Linux's protocol;
 * 0xb0 is what the kernel's own PVH entry writes.
 */
final class BootProtocolE2E {

  private static final String WORDS =
      "quiet console=ttyS0 panic=-1 lapic=notscdeadline nolapic_timer kvm4j.cpus=%d";

  @ParameterizedTest
  @CsvSource({
    "guest-kernel,  linux, 4, 255, 'a bzImage, by the Linux 64-bit boot protocol'",
    "guest-vmlinux, linux, 2, 255, 'an ELF vmlinux, by the Linux 64-bit boot protocol'",
    "guest-vmlinux, pvh,   1, 176, 'an ELF file, by PVH'",
  })
  void kernel_bootsWithAllItsVcpus_byTheProtocolThatWasTaken(
      String tool, String protocol, int cpus, int loader, String said) throws Exception {
    String[] options = {"--boot", protocol, "--cpus", Integer.toString(cpus)};
    try (Guest guest = Guest.bootKernel(Tool.outputOf(tool), WORDS.formatted(cpus), options)) {
      guest.awaitText(said);
      guest.awaitText("This is a shell inside the guest");
      guest.type("echo loader=$(cat /proc/sys/kernel/bootloader_type).\n");
      guest.awaitText("loader=" + loader + ".");
      guest.type("echo cpus=$(grep -c ^processor /proc/cpuinfo).\n");
      guest.awaitText("cpus=" + cpus + ".");
      guest.type("poweroff -f\n");
      assertEquals(0, guest.awaitExit(), guest::screen);
      assertTrue(guest.screen().contains("switched the machine off"), guest::screen);
    }
  }
}
