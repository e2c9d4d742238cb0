package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.kvm4j.testkit.FakeGuestMemory;

/** With a distribution's kernel: {@code -Dkvm4j.test.kernel=/boot/vmlinuz-...}. */
@EnabledIfSystemProperty(named = "kvm4j.test.kernel", matches = ".+")
class RealKernelTest {

  private static final int RAM_BYTES = 256 << 20;

  @Test
  void kernel_loadsWithCodeAtItsEntry() {
    Path kernel = Path.of(System.getProperty("kvm4j.test.kernel"));
    FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);

    try (KernelLoader loader =
        KernelLoader.open(
            kernel,
            Optional.empty(),
            Optional.of(kernel),
            "console=ttyS0",
            MemoryLayout.ofRam(RAM_BYTES))) {
      BootState state = loader.load(memory, OptionalLong.of(0xe_0000), List.of());

      // startup_64 begins with CLD, CLI.
      assertEquals(0xfafc, memory.readShort(state.registers().rip()));
      assertTrue(memory.readShort(0x7000 + SetupHeader.VERSION) >= 0x020c);
      assertEquals(0x7000, state.registers().rsi());
    }
  }
}
