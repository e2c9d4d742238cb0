package org.kvm4j.core.device;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.NearestName;
import org.kvm4j.resource.FixedResource;

/**
 * The device types that there are, by name: those on the module or class path, and those of
 * plug-ins. What is broken is told among the {@link #problems} and hides nothing else.
 *
 * <p>Threading: filled by one thread; reading from any. Closing it takes the plug-ins' code away,
 * so it outlives the machines made from it.
 */
public final class DeviceCatalog implements AutoCloseable {

  private static final Pattern TYPE_NAME = Pattern.compile("[a-z][a-z0-9-]*");

  private final SortedMap<String, DeviceType> types = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<Plugin> plugins = new ArrayList<>();

  /** Everything that {@link ServiceLoader} finds on the module or class path. */
  public static DeviceCatalog load() {
    return load(List.of());
  }

  /**
   * As {@link #load()}, and every plug-in: each jar in these directories, and each directory of
   * jars in them.
   *
   * @throws DeviceConfigurationException if a directory cannot be read
   */
  public static DeviceCatalog load(List<Path> pluginDirectories) {
    DeviceCatalog catalog = new DeviceCatalog();
    try {
      catalog.addBuiltIn();
      pluginDirectories.forEach(catalog::addDirectory);
      return catalog;
    } catch (RuntimeException | Error e) {
      catalog.close();
      throw e;
    }
  }

  /** A catalog of given providers. */
  public static DeviceCatalog of(List<? extends DeviceProvider> providers) {
    DeviceCatalog catalog = new DeviceCatalog();
    providers.forEach(provider -> catalog.tryAdd(DeviceType.builtIn(provider)));
    return catalog;
  }

  private DeviceCatalog() {}

  private void addBuiltIn() {
    Plugin.search(
        ServiceLoader.load(DeviceProvider.class),
        provider -> tryAdd(DeviceType.builtIn(provider)),
        e -> problems.add(OneLine.of(e)));
  }

  private void addDirectory(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      entries
          .filter(entry -> Plugin.isJar(entry) || Files.isDirectory(entry))
          .sorted()
          .forEach(this::addPlugin);
    } catch (IOException | UncheckedIOException e) {
      throw new DeviceConfigurationException(
          "Plug-in directory %s cannot be read: %s. Name a directory with jars."
              .formatted(directory, e),
          e);
    }
  }

  private void addPlugin(Path source) {
    try {
      Plugin plugin = Plugin.open(source);
      plugins.add(plugin);
      problems.addAll(plugin.problems());
      plugin.providers().forEach(each -> tryAdd(new DeviceType(each, plugin.origin())));
    } catch (IOException | RuntimeException | Error e) { // be it that its signature does not fit
      problems.add(
          "%s cannot be loaded: %s. Replace or remove it."
              .formatted(OneLine.of(source.getFileName().toString()), OneLine.of(e)));
    }
  }

  private void tryAdd(DeviceType type) {
    try {
      add(type);
    } catch (LinkageError e) { // made for another SPI, it may lack a method
      problems.add(
          "%s cannot be used: %s. Get a build of it for this version."
              .formatted(label(type), OneLine.of(e)));
    } catch (RuntimeException | Error e) { // whatever code throws that is not ours
      addFlaw(type, OneLine.of(e));
    }
  }

  private void addFlaw(DeviceType type, String flaw) {
    problems.add(
        "%s cannot be used: %s. Ask its author for a fixed one.".formatted(label(type), flaw));
  }

  private void add(DeviceType type) {
    int apiVersion = type.provider().apiVersion();
    if (apiVersion != DeviceProvider.API_VERSION) {
      problems.add(
          "%s was made for version %d of the device SPI, this is %d. Get a build of it for this one."
              .formatted(label(type), apiVersion, DeviceProvider.API_VERSION));
      return;
    }
    Optional<String> flaw = flaw(type.provider());
    if (flaw.isPresent()) {
      addFlaw(type, flaw.get());
      return;
    }
    DeviceType twin = types.putIfAbsent(type.name(), type);
    if (twin != null) {
      problems.add(
          "%s and %s both provide type '%s'; the first is used. Remove one of the two."
              .formatted(label(twin), label(type), type.name()));
    }
  }

  /** What would break a list of the devices, or a command line. */
  private static Optional<String> flaw(DeviceProvider provider) {
    String type = provider.type();
    List<DeviceOption<?>> options = provider.options();
    List<FixedResource> resources = provider.fixedResources();
    if (type == null || provider.description() == null || options == null || resources == null) {
      return Optional.of("type(), description(), options() or fixedResources() gives null");
    }
    if (!TYPE_NAME.matcher(type).matches()) {
      return Optional.of(
          "its type '%s' is not lower case letters, digits and dashes".formatted(OneLine.of(type)));
    }
    if (options.stream().anyMatch(Objects::isNull)
        || resources.stream().anyMatch(Objects::isNull)) {
      return Optional.of("options() or fixedResources() has a null in it");
    }
    Set<String> names = new HashSet<>();
    return options.stream()
        .map(DeviceOption::name)
        .filter(name -> !names.add(name))
        .findFirst()
        .map("it has option '%s' twice"::formatted);
  }

  private static String label(DeviceType type) {
    String name = OneLine.of(type.provider().getClass().getName());
    return type.origin().jar().isPresent()
        ? "%s in %s".formatted(name, type.origin().name())
        : name;
  }

  /** All usable types, in the order of their names. */
  public List<DeviceType> all() {
    return List.copyOf(types.values());
  }

  /** What was found and cannot be used, one sentence each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * The type of a name.
   *
   * @throws DeviceConfigurationException if there is none, with what there is
   */
  public DeviceType find(String name) {
    DeviceType type = types.get(name);
    if (type == null) {
      List<String> names = List.copyOf(types.keySet());
      throw new DeviceConfigurationException(
          "There is no device type '%s'. %sTypes: %s."
              .formatted(
                  name,
                  NearestName.hint(name, names),
                  names.isEmpty()
                      ? "none; put a device module on the module path"
                      : String.join(", ", names)));
    }
    return type;
  }

  /** Takes the plug-ins' code away; idempotent. */
  @Override
  public void close() {
    plugins.forEach(Plugin::close);
  }
}
