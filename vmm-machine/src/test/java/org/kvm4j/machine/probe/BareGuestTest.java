package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BareGuestTest {

  private static final Path SOURCE = Path.of("src/main/guest/bare.S");

  @Test
  void code_isWhatTheSourceAssemblesTo(@TempDir Path directory) throws Exception {
    assertArrayEquals(new Assembler(directory).assemble(SOURCE), BareGuest.code());
  }

  @Test
  void code_isUnderOneKibibyte() {
    assertTrue(BareGuest.code().length < 1024, () -> BareGuest.code().length + " bytes");
  }
}
