package org.kvm4j.examples;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README shows a program that is compiled and tested here. */
final class ReadmeTest {

  private static final Path README = Path.of("..", "..", "README.md");
  private static final Path EXAMPLE = Path.of("src/main/java/org/kvm4j/examples/SmallestVm.java");

  @Test
  void readme_showsTheSmallestVm_whichIsShorterThan40Lines() throws IOException {
    String source = Files.readString(EXAMPLE);
    assertTrue(source.lines().count() < 40, () -> source.lines().count() + " lines");

    String shown = source.substring(source.indexOf("/** The smallest VM")).strip();
    assertTrue(
        Files.readString(README).contains("```java\n" + shown + "\n```"),
        "README.md does not show SmallestVm.java as it is; copy it from there");
  }
}
