package org.kvm4j.machine;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** What a machine starts with. */
public sealed interface Boot {

  /**
   * A kernel: a bzImage, an ELF file or a Multiboot kernel, compressed or not.
   *
   * @param file the image
   * @param protocol the one to take; if none is named, the file says it
   * @param initrd an initial RAM disk
   * @param commandLine may be empty
   */
  record Kernel(
      Path file, Optional<BootProtocol> protocol, Optional<Path> initrd, String commandLine)
      implements Boot {
    /** All are needed. */
    public Kernel {
      Objects.requireNonNull(file, "file");
      Objects.requireNonNull(protocol, "protocol");
      Objects.requireNonNull(initrd, "initrd");
      Objects.requireNonNull(commandLine, "commandLine");
    }

    /** A kernel by the protocol that its file says. */
    public static Kernel of(Path file, Optional<Path> initrd, String commandLine) {
      return new Kernel(file, Optional.empty(), initrd, commandLine);
    }
  }

  /**
   * Machine code that is entered in 64-bit mode at {@link #ADDRESS} with the first 4 GiB mapped at
   * their own addresses, interrupts off and a small stack.
   *
   * @param code position-dependent, linked for {@link #ADDRESS}
   */
  @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
  record Flat(byte[] code) implements Boot {
    /** Where the code is put and entered: 1 MiB. */
    public static final long ADDRESS = 0x10_0000;

    /** Copies the code. */
    public Flat {
      code = code.clone();
    }

    /** A copy. */
    @Override
    public byte[] code() {
      return code.clone();
    }
  }

  /**
   * The machine code in a file; it gets no tables that describe the machine.
   *
   * @param file nothing but code
   * @param mode how it is entered
   * @param address where its first byte goes and is entered, in RAM below 3 GiB; below 64 KiB for
   *     real mode
   */
  record FlatFile(Path file, CodeMode mode, long address) implements Boot {
    /** Both are needed. */
    public FlatFile {
      Objects.requireNonNull(file, "file");
      Objects.requireNonNull(mode, "mode");
    }
  }

  /**
   * Firmware in a ROM that ends at 4 GiB, from where the processor begins after power-on.
   *
   * @param file its image, whole pages, at most 16 MiB
   */
  record Firmware(Path file) implements Boot {
    /** It is needed. */
    public Firmware {
      Objects.requireNonNull(file, "file");
    }
  }
}
