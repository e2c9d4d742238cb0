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
 * <p>Threading: any thread. Closing it takes the plug-ins' code away, so it outlives the machines
 * made from it.
 */
public final class DeviceCatalog implements AutoCloseable {

  private static final Pattern TYPE_NAME = Pattern.compile("[a-z][a-z0-9-]*");

  private final SortedMap<String, DeviceType> types = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<Plugin> plugins = new ArrayList<>();
  private final List<Plugin> earlier = new ArrayList<>();

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
          .filter(entry -> Plugin.isJar(entry) || Plugin.hasJars(entry))
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
      problems.add(cannotBeLoaded(source, e));
    }
  }

  private static String cannotBeLoaded(Path source, Throwable e) {
    return "%s cannot be loaded: %s. Replace or remove it."
        .formatted(OneLine.of(source.getFileName().toString()), OneLine.of(e));
  }

  private void tryAdd(DeviceType type) {
    Optional<String> problem = checked(type);
    problem.ifPresent(problems::add);
    if (problem.isEmpty()) {
      DeviceType twin = types.putIfAbsent(type.name(), type);
      if (twin != null) {
        problems.add(twins(twin, type));
      }
    }
  }

  /** Why it cannot be used, if so. */
  private static Optional<String> checked(DeviceType type) {
    try {
      int apiVersion = type.provider().apiVersion();
      if (apiVersion != DeviceProvider.API_VERSION) {
        return Optional.of(
            "%s was made for version %d of the device SPI, this is %d. Get a build of it for this one."
                .formatted(label(type), apiVersion, DeviceProvider.API_VERSION));
      }
      return flaw(type.provider()).map(flaw -> unusable(type, flaw));
    } catch (LinkageError e) { // made for another SPI, it may lack a method
      return Optional.of(
          "%s cannot be used: %s. Get a build of it for this version."
              .formatted(label(type), OneLine.of(e)));
    } catch (RuntimeException | Error e) { // whatever code throws that is not ours
      return Optional.of(unusable(type, OneLine.of(e)));
    }
  }

  private static String unusable(DeviceType type, String flaw) {
    return "%s cannot be used: %s. Ask its author for a fixed one.".formatted(label(type), flaw);
  }

  private static String twins(DeviceType first, DeviceType second) {
    return "%s and %s both provide type '%s'; the first is used. Remove one of the two."
        .formatted(label(first), label(second), second.name());
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

  /**
   * Loads a plug-in anew whose file has changed; its types take the place of what they were.
   * Devices that exist stay what they are, and the code of the earlier version stays for them until
   * {@link #closeEarlier}.
   *
   * @param source a jar or folder, in a directory that {@link #load(List)} was given
   * @return its types
   * @throws DeviceConfigurationException if anything in it cannot be used; all stays as it is
   */
  public synchronized List<DeviceType> reload(Path source) {
    Plugin plugin = openAnew(source);
    List<DeviceType> loaded = new ArrayList<>();
    List<String> wrong = new ArrayList<>(plugin.problems());
    for (DeviceProvider provider : plugin.providers()) {
      DeviceType type = new DeviceType(provider, plugin.origin());
      checked(type).ifPresentOrElse(wrong::add, () -> loaded.add(type));
    }
    loaded.stream().filter(type -> isOfAnother(type, source)).map(this::twins).forEach(wrong::add);
    if (!wrong.isEmpty()) {
      plugin.close();
      throw new DeviceConfigurationException(String.join(System.lineSeparator(), wrong));
    }
    plugins.stream().filter(each -> each.isFrom(source)).forEach(earlier::add);
    plugins.removeAll(earlier);
    plugins.add(plugin);
    types.values().removeIf(type -> type.origin().jar().equals(Optional.of(source)));
    loaded.forEach(type -> types.put(type.name(), type));
    return loaded;
  }

  private static Plugin openAnew(Path source) {
    try {
      return Plugin.open(source);
    } catch (IOException | RuntimeException | Error e) { // as in addPlugin
      throw new DeviceConfigurationException(cannotBeLoaded(source, e), e);
    }
  }

  private boolean isOfAnother(DeviceType type, Path source) {
    DeviceType had = types.get(type.name());
    return had != null && !had.origin().jar().equals(Optional.of(source));
  }

  private String twins(DeviceType type) {
    return twins(types.get(type.name()), type);
  }

  /** Takes the code away that {@link #reload} has replaced: no device of it is left. */
  public synchronized void closeEarlier() {
    earlier.forEach(Plugin::close);
    earlier.clear();
  }

  /** All usable types, in the order of their names. */
  public synchronized List<DeviceType> all() {
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
  public synchronized DeviceType find(String name) {
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
  public synchronized void close() {
    closeEarlier();
    plugins.forEach(Plugin::close);
  }
}
