package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Devices that cannot be had as written: told without KVM, and before any file is opened. */
final class WrongDeviceTest {

  private static final int USAGE = 2;

  static Stream<Arguments> wrongDevices() {
    return Stream.of(
        arguments(
            "sreial",
            "There is no device type 'sreial'. Did you mean 'serial'? Types: acpi-pm,"
                + " debug-console, debug-exit, i8042, ioapic,"
                + " pci-host, pic, pit, post-code, pvpanic, rtc, serial."),
        arguments(
            "pit,bsae=0x50",
            "Device pit has no option 'bsae'. Did you mean 'base'? Options: base, irq,"
                + " speaker-port."),
        arguments("i8042,irq=1", "Device i8042 has no options, so remove 'irq'."),
        arguments(
            "pit,irq=24", "Device pit: option irq=24 is not valid: use a number in 0..23, or any."),
        arguments(
            "serial,irq=any",
            "device serial-2 (built in) wants ports 0x3f8-0x3ff, but device serial (built in) has ports"
                + " 0x3f8-0x3ff. Give serial-2 base=0x400, which is free."));
  }

  @ParameterizedTest
  @MethodSource("wrongDevices")
  void wrongDevice_isToldInOneSentence_withWhatToDo(String device, String message) {
    Terminal seen = Terminal.run("run", "--kernel", "k", "--device", "serial", "--device", device);

    assertEquals(List.of("kvm4j: " + message), seen.errLines());
    assertEquals("", seen.out());
    assertEquals(USAGE, seen.exitCode());
  }

  /** Each line names both devices, and the advice never names one place twice. */
  @Test
  void allConflicts_areToldAtOnce() {
    Terminal seen =
        Terminal.run(
            "run", "--kernel", "k", "--device=serial", "--device=serial", "--device=serial");

    assertEquals(3, seen.errLines().size(), seen::err); // of each pair; a GSI can be shared
    assertEquals(USAGE, seen.exitCode());
  }
}
