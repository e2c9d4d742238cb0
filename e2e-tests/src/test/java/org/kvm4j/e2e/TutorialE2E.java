package org.kvm4j.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.e2e.TutorialPage.Block;

/** A reader of {@code docs/tutorial.md} who does all that it says, from top to bottom. */
final class TutorialE2E {

  private static final String PROMPT = "/ # ";
  private static final String POWER_OFF = "poweroff -f";
  private static final Pattern COLOURS = Pattern.compile("\\x1b\\[[0-9;?]*[A-Za-z]");

  @TempDir private Path home;

  private Path directory;
  private String output = "";
  private Guest guest;

  @AfterEach
  void endGuest() throws InterruptedException {
    if (guest != null) {
      guest.close();
    }
  }

  @Test
  void everyBlock_doesWhatThePageSays() throws Exception {
    directory = home;
    for (Block block : TutorialPage.blocks(Tool.ROOT.resolve("docs/tutorial.md"))) {
      long startNanos = System.nanoTime();
      follow(block);
      long millis = (System.nanoTime() - startNanos) / 1_000_000;
      System.out.printf("%s %s: %d ms%n", block.place(), block.kind(), millis);
    }
    assertEveryTestWasRun();
    runGuestTestOnKvm();
  }

  private void follow(Block block) throws Exception {
    switch (block.kind()) {
      case FILE -> {
        Path file = directory.resolve(block.detail());
        Files.createDirectories(file.getParent());
        Files.writeString(file, block.text());
      }
      case APPEND ->
          Files.writeString(
              directory.resolve(block.detail()), block.text(), StandardOpenOption.APPEND);
      case PART -> replaceOnce(block, block.text(), block.text());
      case DIFF -> replaceOnce(block, side(block, '-'), side(block, '+'));
      case SHELL -> runInShell(block);
      case TEXT -> assertOutput(block, block.text(), output);
      case GUEST -> guest = Guest.of(shell(typed(block)).start());
      case CONSOLE -> typeIntoGuest(block);
    }
  }

  /** What a diff has before it (-) or after it (+). */
  private static String side(Block block, char sign) {
    StringBuilder side = new StringBuilder();
    for (String line : block.text().lines().toList()) {
      if (line.charAt(0) == sign || line.charAt(0) == ' ') {
        side.append(line, 1, line.length()).append('\n');
      }
    }
    return side.toString();
  }

  private void replaceOnce(Block block, String before, String after) throws IOException {
    Path file = directory.resolve(block.detail());
    String text = Files.readString(file);
    int at = text.indexOf(before);
    assertTrue(at >= 0, () -> "%s: %s has no%n%s".formatted(block.place(), file, before));
    assertEquals(
        at,
        text.lastIndexOf(before),
        () -> "%s: %s has several%n%s".formatted(block.place(), file, before));
    Files.writeString(file, text.substring(0, at) + after + text.substring(at + before.length()));
  }

  /** The next block goes on in the directory where this one ends. */
  private void runInShell(Block block) throws Exception {
    Path end = home.resolve("directory");
    Process process = shell("trap 'pwd >" + end + "' EXIT\n" + typed(block)).start();
    process.getOutputStream().close();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    output = COLOURS.matcher(printed).replaceAll("");
    int expected = block.detail().isEmpty() ? 0 : Integer.parseInt(block.detail());
    assertEquals(expected, process.waitFor(), () -> block.place() + "\n" + output);
    directory = Path.of(Files.readString(end).strip());
  }

  private ProcessBuilder shell(String script) {
    return new ProcessBuilder("bash", "-ec", script)
        .directory(directory.toFile())
        .redirectErrorStream(true);
  }

  /** The one thing that differs between this reader and others: where the sources of kvm4j are. */
  private static String typed(Block block) {
    return block.text().replace("~/kvm4j", Tool.ROOT.toString());
  }

  private void typeIntoGuest(Block block) throws Exception {
    boolean numbersVary = block.detail().equals("vary");
    guest.awaitText(PROMPT);
    for (String step : block.text().split("(?m)^" + PROMPT, -1)) {
      if (step.isEmpty()) {
        continue;
      }
      String command = step.lines().findFirst().orElseThrow();
      guest.type(command + "\n");
      guest.awaitText(command + "\n");
      if (command.equals(POWER_OFF)) {
        assertEquals(0, guest.awaitExit(), guest::screen);
        return;
      }
      String expected = step.substring(command.length());
      String printed = COLOURS.matcher(guest.awaitText(PROMPT)).replaceAll("");
      assertTrue(
          TutorialPage.matches(expected, numbersVary, printed),
          () ->
              "%s: expected%n%s%nbut it was%n%s%nin%n%s"
                  .formatted(block.place(), step, printed, guest.screen()));
    }
    fail(block.place() + ": the guest is left running");
  }

  private static void assertOutput(Block block, String expected, String output) {
    assertTrue(
        TutorialPage.matches(expected, false, output),
        () -> "%s: expected%n%s%nbut it was%n%s".formatted(block.place(), expected, output));
  }

  /** As the reports say: a test that Maven did not find would pass in silence. */
  private void assertEveryTestWasRun() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("src/test/java"))) {
      List<String> tests =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("Test.java"))
              .map(name -> name.replace(".java", ""))
              .toList();
      assertEquals(4, tests.size(), tests::toString);
      for (String test : tests) {
        String report =
            Files.readString(
                directory.resolve("target/surefire-reports/TEST-com.example." + test + ".xml"));
        assertTrue(report.contains("<testcase "), () -> test + " ran no test:\n" + report);
      }
    }
  }

  /** Most machines that this runs on have no KVM, and there the page's guest test was skipped. */
  private void runGuestTestOnKvm() throws IOException {
    List<String> words = new ArrayList<>(List.of("--cpus", "1", "--timeout", "300"));
    List<Path> classes = new ArrayList<>();
    classes.add(directory.resolve("target/classes"));
    classes.add(directory.resolve("target/test-classes"));
    for (String module : List.of("kvm-api", "kvm-core", "kvm-testkit")) {
      classes.add(Tool.ROOT.resolve(module).resolve("target/classes"));
    }
    for (int i = 0; i < classes.size(); i++) {
      words.addAll(List.of("--add", classes.get(i) + ":classes/" + i));
    }
    words.addAll(List.of("--add", Tool.ROOT.resolve("e2e-tests/target/suite-lib") + ":lib"));
    String command =
        "java -XX:+UseSerialGC -Dkvm.required=true -cp \"$(echo classes/* | tr ' ' :):lib/*\""
            + " org.junit.platform.console.ConsoleLauncher execute --disable-banner"
            + " --fail-if-no-tests --select-class com.example.MetronomeGuestTest";
    words.addAll(List.of("--", "sh", "-c", command));
    String report = Tool.outputOf("emulated-machine", words.toArray(String[]::new));
    assertTrue(report.contains("1 tests successful"), report);
  }
}
