package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.testkit.RequiresKvm;

/** {@code kvm4j run} as a user sees it: what the launcher looks at once KVM is open. */
@RequiresKvm
@Timeout(60)
final class RunCommandIT {

  private static final int HOST_ERROR = 1;
  private static final int USAGE = 2;

  private static final String POWER_OFF =
      "66ba0406" //   mov dx, 0x604
          + "66b80034" // mov ax, SLP_EN and the type of S5
          + "66ef" //   out dx, ax
          + "ebfe"; //  jmp to itself

  private static final String HELLO =
      "66baf803" //  mov dx, 0x3f8
          + "b068ee" // mov al, 'h'; out dx, al
          + "b069ee"; // mov al, 'i'; out dx, al

  @TempDir Path directory;
  private Path kernel;

  @BeforeEach
  void kernelThatPowersOff() throws IOException {
    kernel = kernel(POWER_OFF);
  }

  private Path kernel(String code) throws IOException {
    return TinyKernel.in(directory, HexFormat.of().parseHex(code));
  }

  /** With a serial port that leaves this process's standard streams alone. */
  private Terminal run(Path kernelFile, String... options) {
    List<String> args = new ArrayList<>(List.of("run", "--kernel", kernelFile.toString()));
    args.addAll(List.of("--memory", "16M", "--device", "serial,backend=null"));
    args.addAll(List.of(options));
    return Terminal.run(args.toArray(String[]::new));
  }

  /** As only the device itself can tell. */
  @Test
  void wrongStream_isToldInOneSentence_withWhatToDo() {
    Terminal seen = run(kernel, "--device", "serial,base=0x2f8,irq=3,backend=nul");

    assertEquals(
        List.of(
            "kvm4j: There is no stream 'nul'. Did you mean 'null'? Use one of stdio, stderr, null,"
                + " memory, file:PATH, pty, unix:PATH."),
        withoutStreams(seen));
    assertEquals(USAGE, seen.exitCode());
  }

  @Test
  void missingKernel_isToldByName() {
    Path missing = directory.resolve("missing");

    assertHostError(run(missing), missing.toString(), "no such file");
  }

  @Test
  void textFileAsKernel_isToldWithWhatToGive() throws IOException {
    Path text = Files.writeString(directory.resolve("readme.txt"), "Read me.\nMore.\n");

    assertHostError(run(text), text.toString(), "not a kernel", "Read me.", "bzImage");
  }

  @Test
  void missingInitrd_isToldByName() {
    Path missing = directory.resolve("initrd.img");

    assertHostError(
        run(kernel, "--initrd", missing.toString()), missing.toString(), "no such file");
  }

  @Test
  void firmwareOfAWrongSize_isToldWithTheRightOnes() throws IOException {
    Path image = Files.write(directory.resolve("bios.bin"), new byte[(64 << 10) + 1]);

    Terminal seen = Terminal.run("run", "--firmware=" + image, "--device=serial,backend=null");

    assertHostError(
        seen, image.toString(), "has 65537 bytes", "a multiple of 4096, and at most 16 MiB");
  }

  /** The sentences themselves are the loader's. */
  private static void assertHostError(Terminal seen, String... parts) {
    assertEquals(1, seen.errLines().size(), seen::err);
    for (String part : parts) {
      assertTrue(seen.err().contains(part), seen::err);
    }
    assertEquals("", seen.out());
    assertEquals(HOST_ERROR, seen.exitCode());
  }

  @Test
  void guestThatSwitchesOff_isSuccess() {
    Terminal seen = run(kernel);

    assertEquals(0, seen.exitCode(), seen::err);
    assertEquals(
        List.of(
            "kvm4j: The guest switched the machine off (ACPI PM1_CNT: SLP_EN with SLP_TYP 5"
                + " (S5))."),
        withoutStreams(seen));
  }

  @ParameterizedTest
  @CsvSource({
    "3, b0fee664ebfe, 'The guest reset the machine (i8042 command 0xfe).'", // out 0x64, 0xfe
    "4, 66ba0505b001eeebfe, 'The guest''s kernel has crashed (pvpanic event 0x01).'", // out 0x505,
    // 1
    "5, 0f0b, 'The guest''s CPU shut down: a triple fault.'", // ud2 without an IDT
  })
  void endOfTheGuest_isInTheExitCodeAndInASentence(int exitCode, String code, String sentence)
      throws IOException {
    Terminal seen = run(kernel(code), "--on-reset", "stop");

    assertEquals(exitCode, seen.exitCode(), seen::err);
    assertEquals("kvm4j: " + sentence, withoutStreams(seen).get(0));
  }

  @Test
  void tripleFault_isExplained() throws IOException {
    Terminal seen = run(kernel("b055e680" + "0f0b")); // out 0x80, 0x55; ud2 without an IDT

    String told = seen.err();
    assertTrue(told.contains("kvm4j: vCPU 0 stopped with a triple fault"), told);
    assertTrue(told.contains("write port 0x80: 0x55"), told);
    assertTrue(told.contains("POST codes, the last one last: 55"), told);
  }

  /** It waits for the second second of the RTC from now, so that it is silent for one at least. */
  @Test
  void guestThatStaysSilent_isExplained_andGoesOn() throws IOException {
    String toNextSecond = "e471" + "88c3" + "e471" + "38d8" + "74fa"; // in al, 0x71; mov bl, al;
    // in al, 0x71; cmp al, bl; je to the second in
    Path silent = kernel("b000e670" + toNextSecond + toNextSecond + POWER_OFF); // out 0x70, 0

    Terminal seen = run(silent, "--explain-after=100ms");

    String told = seen.err();
    assertTrue(told.contains("kvm4j: The guest has been silent for 100 ms."), told);
    assertTrue(told.contains("vCPU 0 runs, in 64-bit code"), told);
    assertTrue(told.contains("read  port 0x71"), told);
    assertEquals(0, seen.exitCode(), told);
  }

  @Test
  void guestThatEndsBeforeThat_isNotExplained() {
    Terminal seen = run(kernel, "--explain-after=1000s");

    assertFalse(seen.err().contains("vCPU 0"), seen::err);
  }

  @Test
  void symbolsThatCannotBeUsed_areToldBeforeTheGuestStarts() throws IOException {
    Path text = Files.writeString(directory.resolve("readme.txt"), "Read me.");

    assertHostError(run(kernel, "--symbols=" + text), text.toString(), "has no names of code");
  }

  @Test
  void guestThatChoosesItsExitCode_getsIt() throws IOException {
    Path testKernel = kernel("b010e6f4ebfe"); // mov al, 0x10; out 0xf4, al

    Terminal seen = run(testKernel, "--device=debug-exit,base=0xf4");

    assertEquals(33, seen.exitCode(), seen::err);
    assertEquals(
        List.of("kvm4j: The guest ended the machine (debug-exit 0x10, status 33)."),
        withoutStreams(seen));
  }

  @Test
  void debugConsole_leadsToTheFileThatTheUserNamed() throws IOException {
    Path log = directory.resolve("debug.log");
    Path printing = kernel("b068e6e9b069e6e9" + POWER_OFF); // out 0xe9, 'h'; out 0xe9, 'i'

    Terminal seen = run(printing, "--device=debug-console,backend=file:" + log);

    assertEquals(0, seen.exitCode(), seen::err);
    assertEquals("hi", Files.readString(log));
  }

  @Test
  void serialPort_leadsToTheFileThatTheUserNamed() throws IOException {
    Path log = directory.resolve("console.log");

    Terminal seen =
        Terminal.run(
            "run",
            "--kernel=" + kernel(HELLO + POWER_OFF),
            "--device=serial,backend=file:" + log,
            "--cpus=2",
            "--memory=16M");

    assertEquals(0, seen.exitCode(), seen::err);
    assertEquals("hi", Files.readString(log));
    assertTrue(seen.err().contains(log.toString()), seen::err);
  }

  @Test
  void standardDevice_canBeLeftOut() throws IOException {
    // in al, 0x61; cmp al, 0xff; je to the power-off; ud2
    Path noPit = kernel("e461" + "3cff" + "7402" + "0f0b" + POWER_OFF);

    assertEquals(0, run(noPit, "--without", "pit").exitCode());
    assertFalse(run(noPit).exitCode() == 0, "it must see a difference");
  }

  @ParameterizedTest
  @CsvSource({"16M, flat16", "16M, flat32", "16M, flat64", "3M, flat64", "2M, flat32@0x100000"})
  void plainCode_needsNoMoreRamThanAskedFor(String memory, String mode) throws IOException {
    String powerOff = mode.startsWith("flat16") ? "ba0406b80034efebfe" : POWER_OFF;
    Path code = Files.write(directory.resolve("code.bin"), HexFormat.of().parseHex(powerOff));

    Terminal seen =
        Terminal.run(
            "run",
            "--kernel=" + code,
            "--boot=" + mode,
            "--memory=" + memory,
            "--device=serial,backend=null");

    assertEquals(0, seen.exitCode(), seen::err);
  }

  /** Without what is said of the kernel, and of each stream but stdio: where it leads. */
  private static List<String> withoutStreams(Terminal seen) {
    return seen.errLines().stream()
        .filter(line -> !line.contains(", by the Linux 64-bit boot protocol."))
        .filter(line -> !line.matches("kvm4j: serial(-\\d+)?: .*"))
        .toList();
  }
}
