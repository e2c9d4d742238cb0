package org.kvm4j.core.device;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
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

  private static final int MOST_PROBLEMS = 5;

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
    Path copies = Files.createTempDirectory("kvm4j-plugin");
    try {
      List<URL> urls = new ArrayList<>();
      List<String> versions = new ArrayList<>();
      for (Path jar : jars) {
        Path copy = Files.copy(jar, copies.resolve(jar.getFileName()));
        versions.add(JarVersion.of(copy));
        urls.add(copy.toUri().toURL());
      }
      Origin origin =
          new Origin(
              OneLine.of(source.getFileName().toString()),
              versions.size() == 1 ? OneLine.of(versions.get(0)) : "unknown",
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
    List<Path> jars = jarsIn(source);
    if (jars.isEmpty()) {
      throw new IOException("there is no jar in this folder");
    }
    return jars;
  }

  private static List<Path> jarsIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> isJar(file) && !Files.isDirectory(file)).sorted().toList();
    }
  }

  /**
   * Whether it is a folder with a jar in it. Others are no plug-ins: a build's own output directory
   * is full of them. One that cannot be read may be one, and opening it tells what is wrong.
   */
  static boolean hasJars(Path entry) {
    try {
      return Files.isDirectory(entry) && !jarsIn(entry).isEmpty();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.DEBUG, "cannot tell whether this is a plug-in: " + entry, e);
      return true;
    }
  }

  /** Whether it is named as one: what else it is, opening it will tell. */
  static boolean isJar(Path file) {
    return file.getFileName().toString().endsWith(".jar");
  }

  private void findProviders() {
    search(
        ServiceLoader.load(DeviceProvider.class, loader),
        providers::add,
        e ->
            problems.add(
                "%s: %s. Ask its author for a fixed one.".formatted(origin.name(), OneLine.of(e))));
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

  /**
   * Creates all providers there are.
   *
   * @param problem takes what is thrown instead of one, a few times at most: a list of classes that
   *     are all missing may be long
   */
  static void search(
      ServiceLoader<DeviceProvider> services,
      Consumer<DeviceProvider> found,
      Consumer<Throwable> problem) {
    var iterator = services.stream().iterator();
    for (int problems = 0; problems < MOST_PROBLEMS; ) {
      try {
        if (!iterator.hasNext()) {
          return;
        }
        found.accept(iterator.next().get());
      } catch (RuntimeException | Error e) { // whatever code throws that is not ours
        problem.accept(e);
        problems++;
      }
    }
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
