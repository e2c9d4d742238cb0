package org.kvm4j.machine.boot;

import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/** A kernel that is an ELF file, loaded by physical addresses. */
abstract sealed class ElfKernel implements KernelImage permits ElfImage, PvhImage {

  final Elf elf;

  /** Takes over {@code elf}. */
  ElfKernel(Elf elf) {
    this.elf = elf;
  }

  @Override
  public final Range memory() {
    return elf.memory();
  }

  @Override
  public final long cmdlineSize() {
    return DEFAULT_CMDLINE_SIZE;
  }

  @Override
  public final long initrdAddrMax() {
    return DEFAULT_INITRD_ADDR_MAX;
  }

  @Override
  public final void load(GuestMemory guest) {
    elf.load(guest);
  }

  @Override
  public final BootException error(String why) {
    return elf.error(why);
  }

  @Override
  public final void close() {
    elf.close();
  }
}
