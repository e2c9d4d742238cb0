package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.device.DeviceProvider;

/** Looks at a third party's module, compiled here, as it lies on the class path of its tests. */
class ProviderListingTest {

  private static final String MODULE =
      """
      module third {
        requires org.kvm4j.api;
        provides org.kvm4j.device.DeviceProvider with third.Listed;
      }
      """;

  // Compiled and listed, never called.
  private static final String PROVIDER =
      """
      package third;
      public class %s implements org.kvm4j.device.DeviceProvider {
        public int apiVersion() { return API_VERSION; }
        public String type() { return "third"; }
        public String description() { return "third"; }
        public java.util.List<org.kvm4j.device.DeviceOption<?>> options() { return null; }
        public org.kvm4j.device.Device create(org.kvm4j.device.DeviceContext context) {
          return null;
        }
      }
      """;

  @TempDir private Path directory;
  private Path classes;

  @BeforeEach
  void compileModule() throws Exception {
    classes = Files.createDirectory(directory.resolve("classes"));
    Path api =
        Path.of(DeviceProvider.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    int result =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(
                System.out,
                System.err,
                "--module-path",
                api.toString(),
                "-d",
                classes.toString(),
                source("module-info", MODULE),
                source("Listed", PROVIDER.formatted("Listed")),
                source("Forgotten", PROVIDER.formatted("Forgotten")));
    assertEquals(0, result, "compiling the module");
    Path services = classes.resolve(ProviderListing.SERVICES_FILE);
    Files.createDirectories(services.getParent());
    Files.writeString(services, "# a comment\n\n  third.Listed # the one\n");
  }

  @Test
  void servicesFile_isRead_withoutCommentsAndBlankLines() throws Exception {
    try (URLClassLoader loader = loader(classes)) {
      List<String> listed =
          ProviderListing.inServicesFiles(loader.loadClass("third.Forgotten")).stream()
              .filter(name -> !name.startsWith("org.kvm4j."))
              .toList();

      assertEquals(List.of("third.Listed"), listed);
    }
  }

  @Test
  void moduleDescriptor_isRead_fromADirectory() throws Exception {
    try (URLClassLoader loader = loader(classes)) {
      assertEquals(
          Optional.of(List.of("third.Listed")),
          ProviderListing.inModule(loader.loadClass("third.Forgotten")));
    }
  }

  @Test
  void moduleDescriptor_isRead_fromAJar() throws Exception {
    try (URLClassLoader loader = loader(jar())) {
      assertEquals(
          Optional.of(List.of("third.Listed")),
          ProviderListing.inModule(loader.loadClass("third.Listed")));
    }
  }

  @Test
  void classWithoutModule_hasNoListToBeIn() throws Exception {
    Files.delete(classes.resolve("module-info.class"));
    try (URLClassLoader loader = loader(classes)) {
      assertEquals(Optional.empty(), ProviderListing.inModule(loader.loadClass("third.Listed")));
    }
  }

  @Test
  void namedModule_isAskedItself() {
    assertTrue(ProviderListing.inModule(String.class).isPresent());
  }

  private String source(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name + ".java"), text).toString();
  }

  private Path jar() throws IOException {
    Path file = directory.resolve("third.jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(file))) {
      for (String name : List.of("module-info.class", "third/Listed.class")) {
        out.putNextEntry(new JarEntry(name));
        Files.copy(classes.resolve(name), out);
      }
    }
    return file;
  }

  private URLClassLoader loader(Path origin) throws IOException {
    return new URLClassLoader(
        new URL[] {origin.toUri().toURL()}, DeviceProvider.class.getClassLoader());
  }
}
