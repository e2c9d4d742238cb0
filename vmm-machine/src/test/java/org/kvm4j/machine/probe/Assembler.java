package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.kvm4j.machine.Boot;

/** The GNU assembler and linker, where they are installed. */
final class Assembler {

  private final Path directory;

  /** Skips the test without them. */
  Assembler(Path directory) {
    assumeTrue(isInstalled("as"), "as is not installed: install binutils to run this test");
    assumeTrue(isInstalled("ld"), "ld is not installed: install binutils to run this test");
    this.directory = directory;
  }

  /** The bytes of a source, linked for 1 MiB. */
  byte[] assemble(Path source) throws IOException, InterruptedException {
    Path object = directory.resolve("guest.o");
    Path binary = directory.resolve("guest.bin");
    run("as", "--64", "-o", object.toString(), source.toString());
    run(
        "ld",
        "-Ttext=0x" + Long.toHexString(Boot.Flat.ADDRESS),
        "--oformat=binary",
        "-o",
        binary.toString(),
        object.toString());
    return Files.readAllBytes(binary);
  }

  private void run(String... command) throws IOException, InterruptedException {
    Path log = directory.resolve("log");
    int code =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start()
            .waitFor();
    assertEquals("", Files.readString(log), () -> String.join(" ", List.of(command)));
    assertEquals(0, code, () -> String.join(" ", List.of(command)));
  }

  private static boolean isInstalled(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .anyMatch(path -> Files.isExecutable(Path.of(path, program)));
  }
}
