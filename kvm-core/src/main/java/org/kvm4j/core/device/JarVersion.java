package org.kvm4j.core.device;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** The version of a jar: as its manifest says, or as Maven noted it in there. */
final class JarVersion {

  private static final String POM_PROPERTIES = "META-INF/maven/.+/.+/pom\\.properties";

  private JarVersion() {}

  /**
   * The version, or {@code unknown}.
   *
   * @throws IOException if the file cannot be read or is no jar
   */
  static String of(Path file) throws IOException {
    try (JarFile jar = new JarFile(file.toFile())) {
      Optional<String> inManifest =
          Optional.ofNullable(jar.getManifest())
              .map(Manifest::getMainAttributes)
              .map(attributes -> attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION));
      return inManifest.isPresent() ? inManifest.get() : ofMaven(jar).orElse("unknown");
    }
  }

  private static Optional<String> ofMaven(JarFile jar) throws IOException {
    List<JarEntry> notes =
        jar.stream().filter(entry -> entry.getName().matches(POM_PROPERTIES)).toList();
    if (notes.size() != 1) { // with its libraries inside, there is more than one
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (InputStream in = jar.getInputStream(notes.get(0))) {
      properties.load(in);
    }
    return Optional.ofNullable(properties.getProperty("version"));
  }
}
