package org.kvm4j.machine.boot;

import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootProtocol;

/** An ELF64 vmlinux, entered by the same 64-bit protocol as a bzImage. */
final class ElfImage extends ElfKernel {

  /** Takes over {@code elf}, if it is a kernel. */
  ElfImage(Elf elf) {
    super(elf);
    if (!elf.is64Bit()) {
      throw error("an ELF file for 32-bit x86. " + Elf.USE_KERNEL);
    }
    if (!elf.isLoaded(elf.entry())) {
      throw error(
          "its entry 0x%x is not a physical address in one of its segments. %s"
              .formatted(elf.entry(), Elf.USE_KERNEL));
    }
  }

  @Override
  public String kind() {
    return elf.describe("an ELF vmlinux");
  }

  @Override
  public BootProtocol protocol() {
    return BootProtocol.LINUX;
  }

  @Override
  public BootState handOver(GuestMemory guest, Handover handover) {
    BootParams params = new BootParams(guest, MemoryLayout.BOOT_PARAMS.start());
    writeSetupHeader(guest, MemoryLayout.BOOT_PARAMS.start());
    params.handOver(handover);
    EntryTables.writeForLongMode(guest);
    return BootState.longMode(elf.entry());
  }

  /** Makes the header that a bzImage brings along, as far as the kernel looks at it. */
  private static void writeSetupHeader(GuestMemory guest, long bootParams) {
    guest.writeShort(bootParams + SetupHeader.BOOT_FLAG, SetupHeader.BOOT_FLAG_MAGIC);
    guest.writeInt(bootParams + SetupHeader.HEADER, SetupHeader.HEADER_MAGIC);
    guest.writeShort(bootParams + SetupHeader.VERSION, SetupHeader.VERSION_2_12);
    guest.writeByte(bootParams + SetupHeader.LOADFLAGS, SetupHeader.LOADED_HIGH);
    guest.writeInt(bootParams + SetupHeader.CMDLINE_SIZE, DEFAULT_CMDLINE_SIZE);
    guest.writeInt(bootParams + SetupHeader.INITRD_ADDR_MAX, (int) DEFAULT_INITRD_ADDR_MAX);
  }
}
