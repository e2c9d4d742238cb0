package org.kvm4j.machine;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** What a machine starts with. */
public sealed interface Boot {

  /**
   * A kernel: a bzImage, or an ELF file by Linux's protocol or PVH.
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
}
