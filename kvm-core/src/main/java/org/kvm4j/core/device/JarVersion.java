package org.kvm4j.core.device;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.kvm4j.device.DeviceProvider;

/** The version of a jar: as its manifest says, or as Maven noted it in there. */
final class JarVersion {

  private static final String POM_PROPERTIES = "META-INF/maven/.+/.+/pom\\.properties";

  private static final String SERVICE = "META-INF/services/" + DeviceProvider.class.getName();
  private static final int MOST_BYTES = 1 << 20;

  private JarVersion() {}

  /**
   * The version, or {@code unknown}.
   *
   * @throws IOException if the file cannot be read or is no jar, or if what a loader reads of it
   *     whole would fill the memory
   */
  static String of(Path file) throws IOException {
    try (ZipFile jar = new ZipFile(file.toFile())) {
      Manifest manifest = new Manifest(read(jar, JarFile.MANIFEST_NAME));
      read(jar, SERVICE); // not used here, but whoever does takes it whole
      String inManifest =
          manifest.getMainAttributes().getValue(Attributes.Name.IMPLEMENTATION_VERSION);
      return inManifest != null ? inManifest : ofMaven(jar).orElse("unknown");
    }
  }

  private static Optional<String> ofMaven(ZipFile jar) throws IOException {
    List<String> notes =
        jar.stream().map(ZipEntry::getName).filter(name -> name.matches(POM_PROPERTIES)).toList();
    if (notes.size() != 1) { // with its libraries inside, there is more than one
      return Optional.empty();
    }
    Properties properties = new Properties();
    try {
      properties.load(read(jar, notes.get(0)));
    } catch (IllegalArgumentException e) {
      throw new IOException("its %s is none: %s".formatted(notes.get(0), e.getMessage()), e);
    }
    return Optional.ofNullable(properties.getProperty("version"));
  }

  /** A file in the jar, empty if it is not there; never more than fits. */
  private static InputStream read(ZipFile jar, String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    if (entry == null) {
      return InputStream.nullInputStream();
    }
    try (InputStream in = jar.getInputStream(entry)) {
      byte[] content = in.readNBytes(MOST_BYTES + 1);
      if (content.length > MOST_BYTES) {
        throw new IOException("its %s has more than 1 MiB".formatted(name));
      }
      return new ByteArrayInputStream(content);
    }
  }
}
