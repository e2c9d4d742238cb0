package org.kvm4j.machine;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
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
      return new KernelFile(kernel, layout);
    }
    if (boot instanceof Boot.FlatFile flat) {
      return new FlatFile(flat, layout);
    }
    if (boot instanceof Boot.Firmware firmware) {
      return new FirmwareFile(firmware.file());
    }
    return new FlatCode(((Boot.Flat) boot).code());
  }

  /** A kernel, with the tables that firmware would have left behind. */
  final class KernelFile implements Loader {

    private final Path file;
    private final KernelLoader loader;

    private KernelFile(Boot.Kernel boot, MemoryLayout layout) {
      file = boot.file();
      loader = KernelLoader.open(file, boot.protocol(), boot.initrd(), boot.commandLine(), layout);
    }

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
      return "%s: %s.".formatted(file, loader.description());
    }

    @Override
    public void close() {
      loader.close();
    }
  }

  /** A flat binary, which gets no tables. */
  final class FlatFile implements Loader {

    private final Path file;
    private final FlatLoader loader;

    private FlatFile(Boot.FlatFile boot, MemoryLayout layout) {
      file = boot.file();
      loader = FlatLoader.open(file, boot.mode(), boot.address(), layout);
    }

    @Override
    public BootState load(GuestMemory memory, Board board) {
      return loader.load(memory);
    }

    @Override
    public String description() {
      return "%s: %s.".formatted(file, loader.description());
    }

    @Override
    public void close() {
      loader.close();
    }
  }

  /** Firmware, which writes the tables itself. */
  final class FirmwareFile implements Loader {

    private final Path file;
    private final FirmwareLoader loader;

    private FirmwareFile(Path file) {
      this.file = file;
      loader = FirmwareLoader.open(file);
    }

    @Override
    public BootState load(GuestMemory memory, Board board) {
      return loader.load(memory);
    }

    @Override
    public List<Range> roms() {
      return List.of(loader.rom());
    }

    @Override
    public String description() {
      return "%s: %s.".formatted(file, loader.description());
    }

    @Override
    public void close() {
      loader.close();
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
