package org.kvm4j.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import org.kvm4j.GuestMemory;
import org.kvm4j.machine.boot.AcpiTables;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.FirmwareLoader;
import org.kvm4j.machine.boot.FlatLoader;
import org.kvm4j.machine.boot.Hardware;
import org.kvm4j.machine.boot.KernelLoader;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.MpTable;
import org.kvm4j.machine.boot.Range;

/** Puts what is to be booted into memory; opened and checked before there is a VM. */
interface Loader extends AutoCloseable {

  /**
   * Loads it; again at each reset.
   *
   * @param board as far as the guest is told about them
   */
  BootState load(GuestMemory memory, Board board);

  /** What is booted and how, as a sentence. */
  String description();

  /** Where the VM must have memory that the guest cannot write. */
  default List<Range> roms() {
    return List.of();
  }

  @Override
  void close();

  static Loader open(MachineConfig config, MemoryLayout layout) {
    Boot boot = config.boot();
    if (boot instanceof Boot.Kernel kernel) {
      KernelLoader loader =
          KernelLoader.open(
              kernel.file(), kernel.protocol(), kernel.initrd(), kernel.commandLine(), layout);
      return new OfFile(
          kernel.file(),
          loader.description(),
          (memory, board) -> load(loader, memory, board),
          List.of(),
          loader::close);
    }
    if (boot instanceof Boot.FlatFile flat) {
      FlatLoader loader = FlatLoader.open(flat.file(), flat.mode(), flat.address(), layout);
      return new OfFile(
          flat.file(),
          loader.description(),
          (memory, board) -> loader.load(memory),
          List.of(),
          loader::close);
    }
    if (boot instanceof Boot.Firmware firmware) {
      FirmwareLoader loader = FirmwareLoader.open(firmware.file());
      return new OfFile(
          firmware.file(),
          loader.description(),
          (memory, board) -> loader.load(memory),
          List.of(loader.rom()),
          loader::close);
    }
    return new FlatCode(((Boot.Flat) boot).code());
  }

  /** A kernel, with the tables that firmware would have left behind; all else gets none. */
  private static BootState load(KernelLoader loader, GuestMemory memory, Board board) {
    Hardware hardware = board.hardware();
    MpTable.write(memory, hardware);
    return loader.load(
        memory,
        board.hasAcpi()
            ? OptionalLong.of(AcpiTables.write(memory, hardware))
            : OptionalLong.empty(),
        board.kernelArguments());
  }

  /** What a file holds, whatever that is. */
  record OfFile(
      Path file,
      String content,
      BiFunction<GuestMemory, Board, BootState> action,
      List<Range> roms,
      Runnable closing)
      implements Loader {

    @Override
    public BootState load(GuestMemory memory, Board board) {
      return action.apply(memory, board);
    }

    @Override
    public String description() {
      return "%s: %s.".formatted(file, content);
    }

    @Override
    public void close() {
      closing.run();
    }
  }

  /** Code that no file has. */
  record FlatCode(@SuppressWarnings("ArrayRecordComponent") byte[] code) implements Loader {

    @Override
    public BootState load(GuestMemory memory, Board board) {
      return FlatLoader.load(memory, code, Boot.Flat.ADDRESS);
    }

    @Override
    public String description() {
      return "Machine code of %d bytes, in 64-bit mode.".formatted(code.length);
    }

    @Override
    public void close() {}
  }
}
