package org.kvm4j.machine.boot;

import org.kvm4j.GuestMemory;
import org.kvm4j.machine.BootException;

/** Puts plain 64-bit machine code into memory, with the tables that 64-bit mode needs. */
public final class FlatLoader {

  private FlatLoader() {}

  /**
   * Writes the code, a GDT and page tables.
   *
   * @param address of the code's first byte, where it is entered
   * @throws BootException if the code does not fit
   */
  public static BootState load(GuestMemory memory, byte[] code, long address) {
    if (!memory.contains(address, code.length)) {
      throw new BootException(
          "Flat code: %d bytes at 0x%x do not fit into %d bytes of RAM. Give the VM more."
              .formatted(code.length, address, memory.sizeBytes()));
    }
    memory.write(address, code);
    EntryTables.writeForLongMode(memory);
    return BootState.longMode(address);
  }
}
