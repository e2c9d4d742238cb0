package org.kvm4j.example;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The README shows code that is compiled and tested here. */
final class ReadmeTest {

  private static final Path ROOT = Path.of("..");
  private static final Path EXAMPLE = Path.of("src/test/java/org/kvm4j/example");

  @Test
  void readme_showsTheTestedDevice() throws IOException {
    assertShown("DiceProvider.java", "/** A die on a port");
  }

  @Test
  void readme_showsTheTestOfTheDevice() throws IOException {
    assertShown("DiceTest.java", "final class DiceTest");
  }

  private static void assertShown(String file, String from) throws IOException {
    String source = Files.readString(EXAMPLE.resolve(file));
    String shown = source.substring(source.indexOf(from)).strip();
    String readme = Files.readString(ROOT.resolve("README.md"));
    assertTrue(
        readme.contains("```java\n" + shown + "\n```"),
        () -> "README.md does not show " + file + " as it is; copy it from there");
  }
}
