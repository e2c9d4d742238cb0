package org.kvm4j.machine;

import java.util.OptionalLong;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.boot.AcpiTables;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.FlatLoader;
import org.kvm4j.machine.boot.Hardware;
import org.kvm4j.machine.boot.KernelLoader;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.MpTable;

/** Puts what is to be booted into memory; opened and checked before there is a VM. */
interface Loader extends AutoCloseable {

  /**
   * Loads it.
   *
   * @param board as far as the guest is told about them
   */
  BootState load(GuestMemory memory, Board board);

  /** What is booted and how, for a sentence. */
  String description();

  @Override
  void close();

  static Loader open(MachineConfig config, MemoryLayout layout) {
    if (config.boot() instanceof Boot.Kernel kernel) {
      KernelLoader loader =
          KernelLoader.open(
              kernel.file(), kernel.protocol(), kernel.initrd(), kernel.commandLine(), layout);
      return new Loader() {
        @Override
        public BootState load(GuestMemory memory, Board board) {
          Hardware hardware = board.hardware();
          MpTable.write(memory, hardware);
          return loader.load(
              memory,
              board.hasAcpi()
                  ? OptionalLong.of(AcpiTables.write(memory, hardware))
                  : OptionalLong.empty(),
              board.kernelArguments());
        }

        @Override
        public String description() {
          return "%s: %s.".formatted(kernel.file(), loader.description());
        }

        @Override
        public void close() {
          loader.close();
        }
      };
    }
    byte[] code = ((Boot.Flat) config.boot()).code();
    return new Loader() {
      @Override
      public BootState load(GuestMemory memory, Board board) {
        return FlatLoader.load(memory, code, Boot.Flat.ADDRESS);
      }

      @Override
      public String description() {
        return "machine code, in 64-bit mode.";
      }

      @Override
      public void close() {}
    };
  }
}
