package org.kvm4j.core.device;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.kvm4j.device.DeviceProvider;

/**
 * One jar, or one folder of jars, in a class loader of its own: what is in it sees the JDK, the
 * device SPI and itself.
 *
 * <p>The jars are copied first, so that they can be replaced while their code runs. Threading: one
 * thread; {@link #close} when no device of it is left.
 */
public final class Plugin implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Plugin.class.getName());

  private final Origin origin;
  private final Path copies;
  private final URLClassLoader loader;
  private final List<DeviceProvider> providers = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private Plugin(Origin origin, Path copies, URLClassLoader loader) {
    this.origin = origin;
    this.copies = copies;
    this.loader = loader;
  }

  /**
   * Loads it; what is wrong with single providers is among the {@link #problems}.
   *
   * @param source a jar, or a folder with a jar and the libraries that it needs
   * @throws IOException if a file cannot be read or is no jar
   */
  public static Plugin open(Path source) throws IOException {
    List<Path> jars = jarsOf(source);
    List<String> versions = new ArrayList<>();
    for (Path jar : jars) {
      versions.add(JarVersion.of(jar));
    }
    Path copies = Files.createTempDirectory("kvm4j-plugin");
    try {
      List<URL> urls = new ArrayList<>();
      for (Path jar : jars) {
        urls.add(copy(jar, copies));
      }
      Origin origin =
          new Origin(
              source.getFileName().toString(),
              versions.size() == 1 ? versions.get(0) : "unknown",
              Optional.of(source));
      URLClassLoader loader =
          new URLClassLoader(origin.name(), urls.toArray(URL[]::new), new SpiClassLoader());
      Plugin plugin = new Plugin(origin, copies, loader);
      plugin.findProviders();
      return plugin;
    } catch (IOException | RuntimeException | Error e) {
      MoreFiles.deleteRecursively(copies, RecursiveDeleteOption.ALLOW_INSECURE);
      throw e;
    }
  }

  /** The jar itself, or those in the folder. */
  static List<Path> jarsOf(Path source) throws IOException {
    if (!Files.isDirectory(source)) {
      return List.of(source);
    }
    try (Stream<Path> files = Files.list(source)) {
      return files.filter(Plugin::isJar).sorted().toList();
    }
  }

  static boolean isJar(Path file) {
    return file.getFileName().toString().endsWith(".jar") && Files.isRegularFile(file);
  }

  private static URL copy(Path jar, Path directory) throws IOException, MalformedURLException {
    return Files.copy(jar, directory.resolve(jar.getFileName())).toUri().toURL();
  }

  private void findProviders() {
    var found = ServiceLoader.load(DeviceProvider.class, loader).stream().iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          break;
        }
        providers.add(found.next().get());
      } catch (ServiceConfigurationError | LinkageError e) {
        problems.add("%s: %s. Ask its author for a fixed one.".formatted(origin.name(), e));
      }
    }
    if (providers.isEmpty() && problems.isEmpty()) {
      problems.add(
          "%s: it names no provider in META-INF/services/%s. Add that file, or remove the jar."
              .formatted(origin.name(), DeviceProvider.class.getName()));
    }
  }

  /** Whether it was made from that jar or folder. */
  boolean isFrom(Path source) {
    return origin.jar().equals(Optional.of(source));
  }

  /** Where it comes from. */
  public Origin origin() {
    return origin;
  }

  /** What it provides, made for whatever version of the SPI. */
  public List<DeviceProvider> providers() {
    return List.copyOf(providers);
  }

  /** What cannot be used, one sentence each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /** Closes and removes its files; idempotent. Classes not loaded by now cannot be any more. */
  @Override
  public void close() {
    try {
      loader.close();
      if (Files.exists(copies)) {
        MoreFiles.deleteRecursively(copies, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "plug-in " + origin.name() + " leaves files behind", e);
    }
  }
}
