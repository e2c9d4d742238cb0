package org.kvm4j.machine;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/** What a machine starts with. */
public sealed interface Boot {

  /**
   * A Linux kernel, a bzImage or an ELF vmlinux, by the 64-bit boot protocol.
   *
   * @param kernel the image
   * @param initrd an initial RAM disk
   * @param commandLine may be empty
   */
  record Linux(Path kernel, Optional<Path> initrd, String commandLine) implements Boot {
    /** All are needed. */
    public Linux {
      Objects.requireNonNull(kernel, "kernel");
      Objects.requireNonNull(initrd, "initrd");
      Objects.requireNonNull(commandLine, "commandLine");
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
