package org.kvm4j.debug;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.VcpuExit;

final class DebugConfigurationTest {

  @Test
  void theBuilderOfAConfiguration_startsWithIt() {
    DebugConfiguration all =
        DebugConfiguration.builder()
            .singleStep(true)
            .softwareBreakpoints(true)
            .blockInterrupts(true)
            .add(HardwareBreakpoint.execution(0x1001))
            .add(HardwareBreakpoint.readWrite(0x2000, 8))
            .build();

    assertEquals(all, all.toBuilder().build());
    assertTrue(
        all.toBuilder()
            .singleStep(false)
            .softwareBreakpoints(false)
            .blockInterrupts(false)
            .clearHardwareBreakpoints()
            .build()
            .isOff());
    assertFalse(all.isOff());
  }

  @Test
  void moreBreakpointsThanDebugRegisters_areRefused() {
    DebugConfiguration.Builder five = DebugConfiguration.builder();
    for (int i = 0; i < 5; i++) {
      five.add(HardwareBreakpoint.execution(i));
    }

    assertEquals(
        "5 hardware breakpoints: the processor has 4, use software breakpoints for the others",
        assertThrows(IllegalArgumentException.class, five::build).getMessage());
  }

  @Test
  void blockedInterruptsWithoutSteps_areRefused() {
    assertThrows(
        IllegalArgumentException.class, DebugConfiguration.builder().blockInterrupts(true)::build);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 16, -1})
  void lengthsThatTheProcessorLacks_areRefused(int length) {
    assertThrows(IllegalArgumentException.class, () -> HardwareBreakpoint.write(0, length));
  }

  @ParameterizedTest
  @CsvSource({"0x1001, 2", "0x1002, 4", "0x1004, 8"})
  void addressesThatAreNotAligned_areRefused(String address, int length) {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> HardwareBreakpoint.readWrite(Long.decode(address), length))
            .getMessage();

    assertEquals(
        "A hardware breakpoint of %d bytes at %s: use a multiple of its length"
            .formatted(length, address),
        message);
  }

  @Test
  void anExecutionBreakpoint_isOneByteLong() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new HardwareBreakpoint(HardwareBreakpoint.Access.EXECUTE, 0, 4));
  }

  @Test
  void aDebugExit_saysWhatStoppedTheGuest() {
    VcpuExit.Debug step = new VcpuExit.Debug(1, 0x8000, 0xffff_4ff0L, 0x400);
    VcpuExit.Debug int3 = new VcpuExit.Debug(3, 0x8000, 0xffff_4ffeL, 0xff);
    VcpuExit.Debug breakpoint = new VcpuExit.Debug(1, 0x8000, 0xffff_0ff1L, 0x402);

    assertTrue(step.isSingleStep());
    assertFalse(step.isSoftwareBreakpoint());
    assertTrue(int3.isSoftwareBreakpoint());
    assertFalse(int3.isSingleStep());
    assertFalse(breakpoint.isSingleStep());
    assertFalse(breakpoint.isSoftwareBreakpoint());
  }

  @Test
  void theHardwareBreakpointThatWasHit_isTheFirstThatTheProcessorFlags() {
    HardwareBreakpoint first = HardwareBreakpoint.execution(0x1000);
    HardwareBreakpoint second = HardwareBreakpoint.write(0x2000, 4);
    DebugConfiguration two = DebugConfiguration.builder().add(first).add(second).build();

    assertEquals(Optional.of(first), two.hit(new VcpuExit.Debug(1, 0, 0xffff_0ff1L, 0)));
    assertEquals(Optional.of(second), two.hit(new VcpuExit.Debug(1, 0, 0xffff_4ff2L, 0)));
    assertEquals(Optional.of(first), two.hit(new VcpuExit.Debug(1, 0, 0xffff_0fffL, 0x40a)));
    assertEquals(Optional.empty(), two.hit(new VcpuExit.Debug(1, 0, 0xffff_0ffcL, 0x40a)));
    assertEquals(Optional.empty(), two.hit(new VcpuExit.Debug(1, 0, 0xffff_4ff0L, 0x40a)));
    assertEquals(Optional.empty(), two.hit(new VcpuExit.Debug(3, 0, 0xffff_0ff3L, 0x40a)));
  }
}
