package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user sees who writes a command line that is wrong in itself. */
final class CommandLineTest {

  private static final int USAGE = 2;

  static Stream<Arguments> wrongCommandLines() {
    return Stream.of(
        wrong(
            "The machine needs one thing to start: name a kernel by --kernel FILE, or firmware by"
                + " --firmware FILE.",
            "run"),
        wrong(
            "Firmware has no use for --initrd. Leave it out.", "run", "--firmware=f", "--initrd=i"),
        wrong(
            "Plain code has no use for --cmdline. Leave it out.",
            "run",
            "--kernel=k",
            "--boot=flat16",
            "--cmdline=quiet"),
        wrong(
            "Invalid value for option '--boot': 'flat@0' is no boot protocol. Use linux, pvh,"
                + " multiboot, flat16, flat32 or flat64@0x100000. See 'kvm4j run --help'.",
            "run",
            "--kernel=k",
            "--boot=flat@0"),
        wrong(
            "Missing required parameter for option '--kernel' (FILE). See 'kvm4j run --help'.",
            "run",
            "--kernel"),
        wrong(
            "Unknown option: '--kernle'. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--kernle"),
        wrong("Unknown option: '--frob'. See 'kvm4j --help'.", "--frob"),
        wrong(
            "There is no command 'rnu'. Did you mean 'run'? Commands: run, devices, doctor, demo."
                + " See 'kvm4j --help'.",
            "rnu"),
        wrong(
            "Unmatched argument at index 1: 'serial'. See 'kvm4j devices --help'.",
            "devices",
            "serial"),
        wrong(
            "Invalid value for option '--memory': 'x' is not a size; write a number with K,"
                + " M or G, such as 512M. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--memory",
            "x"),
        wrong(
            "Invalid value for option '--cpus': 'two': Write a number, or how many there are of each:"
                + " 8, or sockets=2,cores=2,threads=2. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--cpus",
            "two"),
        wrong(
            "Invalid value for option '--cpus': 8 vCPUs are not 3 sockets of 2 cores of 1 threads."
                + " Leave one of the numbers out. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--cpus",
            "8,sockets=3"),
        wrong(
            "Invalid value for option '--cpus': 4 sockets of 8193 cores of 1 threads: that takes APIC"
                + " ids above 32767, the last there is. Use fewer, or powers of two. See 'kvm4j run"
                + " --help'.",
            "run",
            "--kernel",
            "k",
            "--cpus",
            "sockets=4,cores=8193"),
        wrong(
            "Invalid value for option '--pin': '0=1,1' pins nothing. Write VCPU=CPU or VCPU=CPU-CPU,"
                + " with commas: 0=2,1=2-3. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--pin",
            "0=1,1"),
        wrong(
            "vCPU 2 cannot be pinned: the machine has 0 to 1. Choose one of those.",
            "run",
            "--kernel",
            "k",
            "--cpus=2",
            "--pin=2=0"),
        wrong(
            "RAM of 523264 KiB: not whole huge pages. Give a multiple of 2 MiB.",
            "run",
            "--kernel",
            "k",
            "--memory=511M",
            "--huge-pages"),
        wrong(
            "Invalid value for option '--device' (TYPE[,name=value]...): Device 'serial,irq': 'irq'"
                + " is not name=value. Write TYPE,name=value,name=value. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--device",
            "serial,irq"),
        wrong(
            "Invalid value for option '--explain-after': 'soon' is not a length of time. Write a"
                + " number with us, ms or s: 50ms. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--explain-after",
            "soon"),
        wrong(
            "Invalid value for option '--on-device-fault': 'ignore' is neither stop nor fence."
                + " See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--on-device-fault",
            "ignore"),
        wrong(
            "Invalid value for option '--device-budget': '5' is not a length of time. Write a number"
                + " with us, ms or s: 50ms. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--device-budget",
            "5"),
        wrong(
            "Invalid value for option '--device-budget': '0ms' is no time at all. Write more."
                + " See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--device-budget",
            "0ms"),
        wrong(
            "Invalid value for option '--clock': '-1' is no rate of a clock. Write a number up to"
                + " 1000, or manual. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--clock=-1"),
        wrong(
            "Invalid value for option '--clock': 'slow' is no rate of a clock. Write a number up to"
                + " 1000, or manual. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--clock",
            "slow"),
        wrong(
            "There is no standard device 'pti' to leave out. Did you mean 'pit'? Standard devices:"
                + " serial, pit, rtc, i8042, acpi-pm, pci-host, pvpanic, post-code.",
            "run",
            "--kernel",
            "k",
            "--without",
            "pti"),
        wrong(
            "Device pit: KVM's own i8254 has its ports. Leave one of the two out.",
            "run",
            "--kernel",
            "k",
            "--kernel-pit",
            "--device",
            "pit,irq=0"),
        wrong(
            "KVM's own i8254 needs KVM's own PIC and IOAPIC. Leave out --kernel-pit or --irqchip"
                + " split.",
            "run",
            "--kernel",
            "k",
            "--kernel-pit",
            "--irqchip=split"),
        wrong(
            "Invalid value for option '--irqchip': expected one of [kernel, split] (case-sensitive)"
                + " but was 'none'. See 'kvm4j run --help'.",
            "run",
            "--kernel",
            "k",
            "--irqchip",
            "none"));
  }

  private static Arguments wrong(String message, String... args) {
    return Arguments.arguments(List.of(args), message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongCommandLines")
  void wrongCommandLine_isToldInOneSentence_withWhatToDo(List<String> args, String message) {
    Terminal seen = Terminal.run(args.toArray(String[]::new));

    assertEquals(List.of("kvm4j: " + message), seen.errLines());
    assertEquals("", seen.out());
    assertEquals(USAGE, seen.exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "32769", "-1"})
  void numberOfCpusOutsideTheLimits_isToldWithThem(String cpus) {
    Terminal seen = Terminal.run("run", "--kernel", "k", "--cpus=" + cpus);

    assertEquals(
        List.of(
            "kvm4j: Invalid value for option '--cpus': %s vCPUs: a machine has 1 to 32768. Choose a"
                    .formatted(cpus)
                + " number in between. See 'kvm4j run --help'."),
        seen.errLines());
    assertEquals(USAGE, seen.exitCode());
  }

  @Test
  void tooLittleMemory_isToldWithTheLeast() {
    Terminal seen = Terminal.run("run", "--kernel", "k", "--memory=1M");

    assertEquals(1, seen.errLines().size(), seen::err);
    assertTrue(seen.err().contains("a VM needs at least 2 MiB"), seen::err);
    assertEquals(USAGE, seen.exitCode());
  }

  @Test
  void noCommandAtAll_showsTheCommands() {
    Terminal seen = Terminal.run();

    assertTrue(seen.err().startsWith("Usage: kvm4j "), seen::err);
    assertTrue(seen.err().contains("\n  run "), seen::err);
    assertEquals("", seen.out());
    assertEquals(USAGE, seen.exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "run --help", "devices --help"})
  void help_isStandardOutput(String line) {
    Terminal seen = Terminal.run(line.split(" "));

    assertTrue(seen.out().startsWith("Usage: kvm4j "), seen::out);
    assertEquals("", seen.err());
    assertEquals(0, seen.exitCode());
  }
}
