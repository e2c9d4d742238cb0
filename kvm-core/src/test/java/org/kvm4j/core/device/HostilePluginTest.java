package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However broken a jar is: it is told by its name, in one line, and a good one is listed. */
@Timeout(60)
final class HostilePluginTest {

  private static final String ESCAPE = "\\033[31m";

  @TempDir Path directory;
  private Path plugins;
  private int workspaces;
  private DeviceCatalog catalog;

  @BeforeEach
  void addAGoodOne() throws IOException {
    plugins = Files.createDirectory(directory.resolve("plugins"));
    jar().portDevice("Good", "good", 0x510, 1).build(plugins.resolve("z-good.jar"));
  }

  @AfterEach
  void close() {
    if (catalog != null) {
      catalog.close();
    }
  }

  private PluginJar jar() throws IOException {
    return new PluginJar(Files.createDirectory(directory.resolve("work" + workspaces++)));
  }

  private Path bad() {
    return plugins.resolve("bad.jar");
  }

  /** Loads, finds the good one, and returns the only problem. */
  private String problem() {
    List<String> problems = load();
    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).contains("bad.jar"), problems.get(0));
    assertEquals(List.of("good"), names());
    return problems.get(0);
  }

  private List<String> load() {
    catalog = DeviceCatalog.load(List.of(plugins));
    for (String problem : catalog.problems()) {
      assertTrue(problem.chars().noneMatch(Character::isISOControl), problem);
      assertTrue(problem.length() < 1000, problem);
    }
    return catalog.problems();
  }

  private List<String> names() {
    return catalog.all().stream().map(DeviceType::name).toList();
  }

  private void assertProblem(String expected) {
    String problem = problem();
    assertTrue(problem.contains(expected), problem);
  }

  // The file

  @Test
  void anEmptyFile() throws IOException {
    Files.createFile(bad());

    assertProblem("bad.jar cannot be loaded: zip file is empty");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 100, 700, -1, -30})
  void aTruncatedJar(int length) throws IOException {
    byte[] whole = Files.readAllBytes(jar().portDevice("Bad", "bad", 0x520, 1).build(bad()));
    Files.write(bad(), Arrays.copyOf(whole, length < 0 ? whole.length + length : length));

    assertProblem("bad.jar cannot be loaded: ");
  }

  @Test
  void aDirectoryWithTheNameOfAJar() throws IOException {
    Files.createDirectory(bad());

    assertProblem("there is no jar in this folder");
  }

  @Test
  void aLinkThatLeadsNowhere() throws IOException {
    Files.createSymbolicLink(bad(), plugins.resolve("gone"));

    assertProblem("bad.jar cannot be loaded: ");
  }

  @Test
  void aLinkToItself() throws IOException {
    Files.createSymbolicLink(bad(), bad());

    assertProblem("bad.jar cannot be loaded: ");
  }

  @Test
  void aFolderThatContainsItself_isReadOnce() throws IOException {
    Files.createSymbolicLink(plugins.resolve("bad.jar"), plugins);

    List<String> problems = load();

    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.get(0).contains("both provide type 'good'"), problems::toString);
  }

  @Test
  void aDamagedClass() throws IOException {
    jar().service("Bad").file("Bad.class", new byte[] {1, 2, 3}).build(bad());

    assertProblem("ClassFormatError");
  }

  @Test
  void aClassOfANewerJava() throws IOException {
    byte[] header = {(byte) 0xca, (byte) 0xfe, (byte) 0xba, (byte) 0xbe, 0, 0, 0x7f, 0, 0, 1};
    jar().service("Bad").file("Bad.class", header).build(bad());

    assertProblem("UnsupportedClassVersionError");
  }

  @Test
  void aManifestThatFillsTheMemory() throws IOException {
    byte[] spaces = new byte[1 << 20];
    Arrays.fill(spaces, (byte) 'a');
    try (OutputStream file = Files.newOutputStream(bad());
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      for (int i = 0; i < 64; i++) {
        out.write(spaces);
      }
    }

    assertProblem("bad.jar cannot be loaded: its META-INF/MANIFEST.MF has more than 1 MiB");
  }

  @Test
  void aManifestThatIsNone() throws IOException {
    try (OutputStream file = Files.newOutputStream(bad());
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.putNextEntry(new ZipEntry("META-INF/MANIFEST.MF"));
      out.write("no\u001b[31m colon\n".getBytes(StandardCharsets.UTF_8));
    }

    assertProblem("bad.jar cannot be loaded: ");
  }

  @Test
  void aVersionNoteThatIsNone() throws IOException {
    jar()
        .file("META-INF/maven/a/b/pom.properties", "version=\\u12".getBytes(StandardCharsets.UTF_8))
        .build(bad());

    assertProblem("bad.jar cannot be loaded: ");
  }

  @Test
  void aSignatureThatDoesNotFit() throws Exception {
    Path signed = directory.resolve("signed.jar");
    Path other = directory.resolve("other.jar");
    SignedJar.sign(jar().portDevice("Bad", "bad", 0x520, 1).build(other), signed);
    jar().portDevice("Bad", "worse", 0x520, 1).build(other);
    SignedJar.replace(signed, "Bad.class", other, bad());

    assertProblem("SecurityException");
  }

  @Test
  void aServiceFileWithoutEnd_isCutOff() throws IOException {
    PluginJar jar = jar();
    for (int i = 0; i < 100_000; i++) {
      jar.service("Missing" + i);
    }
    jar.build(bad());

    List<String> problems = load();

    assertEquals(List.of("good"), names());
    assertTrue(problems.size() <= 10, () -> problems.size() + " problems");
  }

  @Test
  void aServiceFileThatIsNone() throws IOException {
    jar().service("not a class name").build(bad());

    assertProblem("Illegal");
  }

  // The provider

  @Test
  void aServiceThatIsNoProvider() throws IOException {
    jar().service("Bad").source("Bad", "public class Bad {}").build(bad());

    assertProblem("not a subtype");
  }

  @Test
  void aServiceThatIsAbstract() throws IOException {
    jar()
        .service("Bad")
        .source("Bad", "public abstract class Bad implements org.kvm4j.device.DeviceProvider {}")
        .build(bad());

    assertProblem("could not be instantiated");
  }

  @Test
  void aServiceWithoutAPublicConstructor() throws IOException {
    jar().provider("Bad", "bad", "String x() { return \"\"; } private Bad() {}").build(bad());

    assertProblem("Unable to get public no-arg constructor");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "throw new IllegalStateException(\"no display\");",
        "throw new Error(\"no display\");",
        "throw new StackOverflowError(\"no display\");",
        "throw new OutOfMemoryError(\"no display\");",
        "throw new ThreadDeath();",
        "recurse();",
        "class Local { static { if (true) throw new IllegalStateException(); } } new Local();"
      })
  void aConstructorThatThrows(String statement) throws IOException {
    jar()
        .provider("Bad", "bad", "Bad() { " + statement + " } void recurse() { recurse(); }")
        .build(bad());

    assertProblem("could not be instantiated");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int apiVersion()",
        "String type()",
        "String description()",
        "List<DeviceOption<?>> options()",
        "List<org.kvm4j.resource.FixedResource> fixedResources()"
      })
  void aMethodThatThrows(String method) throws IOException {
    List<String> thrown =
        List.of(
            "IllegalStateException",
            "Error",
            "StackOverflowError",
            "AssertionError",
            "AbstractMethodError",
            "NoSuchMethodError",
            "OutOfMemoryError");
    PluginJar jar = jar();
    for (String type : thrown) {
      String nasty = "%s { throw new %s(\"a%s\\nb\"); }".formatted(method, type, ESCAPE);
      jar.provider("Bad" + type, "bad", nasty);
    }
    jar.build(bad());

    List<String> problems = load();

    assertEquals(List.of("good"), names());
    assertEquals(thrown.size(), problems.size(), problems::toString);
    for (int i = 0; i < thrown.size(); i++) {
      String start =
          "Bad%1$s in bad.jar cannot be used: java.lang.%1$s: a?[31m?b. ".formatted(thrown.get(i));
      assertTrue(problems.get(i).startsWith(start), problems.get(i));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "String type() { return null; } | gives null",
        "String type() { return \"\"; } | its type '' is not lower case letters",
        "String type() { return \"a\\nb\"; } | its type 'a?b' is not lower case letters",
        "String type() { return \"Serial,x=1\"; } | its type 'Serial,x=1' is not lower case",
        "String description() { return null; } | gives null",
        "List<DeviceOption<?>> options() { return null; } | gives null",
        "List<DeviceOption<?>> options() { return Arrays.asList((DeviceOption<?>) null); }"
            + " | has a null in it",
        "List<DeviceOption<?>> options() { var a = DeviceOption.toggle(\"a\", true, \"\");"
            + " return List.of(a, a); } | it has option 'a' twice",
        "List<org.kvm4j.resource.FixedResource> fixedResources() { return null; }"
            + " | gives null",
      })
  void aMethodThatReturnsNonsense(String method, String expected) throws IOException {
    jar().provider("Bad", "bad", method).build(bad());

    assertProblem(expected);
  }

  @Test
  void aProviderWithoutAMethod() throws IOException {
    jar()
        .source(
            "org.kvm4j.device.DeviceProvider",
            "package org.kvm4j.device; public interface DeviceProvider {}")
        .service("Bad")
        .source("Bad", "public class Bad implements org.kvm4j.device.DeviceProvider {}")
        .build(bad());

    assertProblem("Bad in bad.jar cannot be used: java.lang.AbstractMethodError");
  }

  @Test
  void aMethodThatTheSpiHasNotGot() throws IOException {
    String old =
        "package org.kvm4j.device; public class NearestName { public static int old() { return 1; } }";
    jar()
        .source("org.kvm4j.device.NearestName", old)
        .provider("Bad", "bad", "int apiVersion() { return NearestName.old(); }")
        .build(bad());

    assertProblem("Bad in bad.jar cannot be used: java.lang.NoSuchMethodError");
  }

  @Test
  void aNameWithAnEscapeSequence_isShownWithoutIt() throws IOException {
    Files.writeString(plugins.resolve("bad.jar\u001b[31m\n.jar"), "no jar");

    assertProblem("bad.jar?[31m?.jar cannot be loaded");
  }
}
