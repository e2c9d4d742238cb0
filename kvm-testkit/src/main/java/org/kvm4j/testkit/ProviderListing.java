package org.kvm4j.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.kvm4j.device.DeviceProvider;

/** Where a provider's class is listed for {@link java.util.ServiceLoader}. */
final class ProviderListing {

  static final String SERVICES_FILE = "META-INF/services/" + DeviceProvider.class.getName();

  private ProviderListing() {}

  /** The class names in all files {@value #SERVICES_FILE} that the class's loader finds. */
  static Set<String> inServicesFiles(Class<?> provider) {
    Set<String> names = new LinkedHashSet<>();
    try {
      for (URL file : Collections.list(provider.getClassLoader().getResources(SERVICES_FILE))) {
        try (InputStream in = file.openStream()) {
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .map(line -> line.replaceFirst("#.*", "").strip())
              .filter(line -> !line.isEmpty())
              .forEach(names::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return names;
  }

  /**
   * The class names in {@code provides DeviceProvider with} of the class's module, or empty if
   * there is no module descriptor: neither a named module nor a {@code module-info.class} where the
   * class came from, as for a class of a test.
   */
  static Optional<List<String>> inModule(Class<?> provider) {
    return descriptor(provider)
        .map(
            descriptor ->
                descriptor.provides().stream()
                    .filter(entry -> entry.service().equals(DeviceProvider.class.getName()))
                    .flatMap(entry -> entry.providers().stream())
                    .toList());
  }

  private static Optional<ModuleDescriptor> descriptor(Class<?> provider) {
    if (provider.getModule().isNamed()) {
      return Optional.of(provider.getModule().getDescriptor());
    }
    CodeSource source = provider.getProtectionDomain().getCodeSource();
    if (source == null) {
      return Optional.empty();
    }
    try {
      return readDescriptor(Path.of(toUri(source.getLocation())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<ModuleDescriptor> readDescriptor(Path origin) throws IOException {
    if (Files.isDirectory(origin)) {
      return read(origin.resolve("module-info.class"));
    }
    try (FileSystem jar = FileSystems.newFileSystem(origin)) {
      return read(jar.getPath("module-info.class"));
    }
  }

  private static Optional<ModuleDescriptor> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      return Optional.of(ModuleDescriptor.read(in));
    }
  }

  private static URI toUri(URL location) {
    try {
      return location.toURI();
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
