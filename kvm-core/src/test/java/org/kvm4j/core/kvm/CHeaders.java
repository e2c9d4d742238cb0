package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The C headers of this machine, as gcc reads them.
 *
 * <p>{@code -Dkvm.headers=DIR} puts other kernel headers in front, as {@code make headers_install}
 * leaves them.
 */
final class CHeaders {

  /**
   * A number of ours and the C expression that it stands for.
   *
   * @param since the Linux release whose headers have it first; empty if all have it
   */
  record CNumber(String expression, long value, String since) {}

  /**
   * What a comparison found.
   *
   * @param differences one sentence each
   * @param unknown what these headers do not have, being older
   */
  record Comparison(List<String> differences, List<String> unknown) {}

  private static final Path KVM_H = Path.of("/usr/include/linux/kvm.h");

  private static final List<String> INCLUDES =
      List.of(
          "#define _GNU_SOURCE",
          "#include <errno.h>",
          "#include <fcntl.h>",
          "#include <linux/kvm.h>",
          "#include <linux/kvm_para.h>",
          "#include <linux/memfd.h>",
          "#include <linux/mman.h>",
          "#include <linux/version.h>",
          "#include <poll.h>",
          "#include <signal.h>",
          "#include <stddef.h>",
          "#include <stdio.h>",
          "#include <sys/eventfd.h>",
          "#include <sys/mman.h>",
          "#include <sys/socket.h>",
          "#include <sys/un.h>",
          "#include <termios.h>",
          "int main(void) {");

  private final Path directory;

  private CHeaders(Path directory) {
    this.directory = directory;
  }

  /** Skips the test where there are none. */
  static CHeaders compiledIn(Path directory) {
    assumeTrue(Files.exists(KVM_H), "no linux/kvm.h: install linux-libc-dev");
    assumeTrue(onPath("gcc"), "no gcc");
    return new CHeaders(directory);
  }

  /** Evaluates all expressions in C. One that only newer headers have is no difference. */
  Comparison compare(List<CNumber> numbers) throws IOException, InterruptedException {
    List<String> differences = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    List<CNumber> known = new ArrayList<>(numbers);
    NavigableSet<Integer> rejected = rejectedBy(known);
    if (!rejected.isEmpty()) {
      int version = versionCode();
      for (int index : rejected.descendingSet()) {
        CNumber number = known.remove(index);
        if (code(number.since()) > version) {
          unknown.add(number.expression() + ", of Linux " + number.since());
        } else {
          differences.add(number.expression() + " is not in these headers");
        }
      }
    }
    List<String> values = evaluate(known);
    for (int i = 0; i < known.size(); i++) {
      CNumber number = known.get(i);
      long inC = Long.parseLong(values.get(i));
      if (inC != number.value()) {
        differences.add(
            "%s is %d in C, %d here".formatted(number.expression(), inC, number.value()));
      }
    }
    return new Comparison(differences, unknown);
  }

  /** The release that the headers are of, as LINUX_VERSION_CODE. */
  private int versionCode() throws IOException, InterruptedException {
    return Integer.parseInt(evaluate(List.of(new CNumber("LINUX_VERSION_CODE", 0, ""))).get(0));
  }

  private static int code(String release) {
    int code = 0;
    String[] parts = release.isEmpty() ? new String[0] : release.split("\\.");
    for (int i = 0; i < 3; i++) {
      code = code << 8 | (i < parts.length ? Integer.parseInt(parts[i]) : 0);
    }
    return code;
  }

  /** The indices of the expressions that the compiler does not take. */
  private NavigableSet<Integer> rejectedBy(List<CNumber> numbers)
      throws IOException, InterruptedException {
    Path source = write(numbers);
    NavigableSet<Integer> indices = new TreeSet<>();
    Pattern error = Pattern.compile(Pattern.quote(source.toString()) + ":(\\d+):.*error:.*");
    // A macro with arguments that is not there looks like a function.
    String macros = "-Werror=implicit-function-declaration";
    List<String> command = gcc("-fsyntax-only", "-fmax-errors=0", macros, source.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    for (String line : output(process).lines().toList()) {
      Matcher matcher = error.matcher(line);
      if (matcher.matches()) {
        indices.add(Integer.parseInt(matcher.group(1)) - INCLUDES.size() - 1);
      }
    }
    process.waitFor();
    return indices;
  }

  private List<String> evaluate(List<CNumber> numbers) throws IOException, InterruptedException {
    String binary = directory.resolve("abi").toString();
    run(gcc("-o", binary, write(numbers).toString()));
    return run(List.of(binary));
  }

  /** One expression a line. */
  private Path write(List<CNumber> numbers) throws IOException {
    List<String> lines = new ArrayList<>(INCLUDES);
    for (CNumber number : numbers) {
      lines.add("  printf(\"%%lld\\n\", (long long) (%s));".formatted(number.expression()));
    }
    lines.add("}");
    return Files.write(directory.resolve("abi.c"), lines);
  }

  private static List<String> gcc(String... arguments) {
    List<String> command = new ArrayList<>(List.of("gcc"));
    String headers = System.getProperty("kvm.headers", "");
    if (!headers.isEmpty()) {
      command.add("-I" + headers);
    }
    command.addAll(List.of(arguments));
    return command;
  }

  private static boolean onPath(String program) {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  private static List<String> run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = output(process);
    assertEquals(0, process.waitFor(), () -> String.join(" ", command) + "\n" + output);
    return output.lines().toList();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
