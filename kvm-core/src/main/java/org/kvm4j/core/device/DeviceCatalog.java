package org.kvm4j.core.device;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.SortedMap;
import java.util.TreeMap;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.NearestName;

/** The device types that there are, by name. Immutable; any thread. */
public final class DeviceCatalog {

  private final SortedMap<String, DeviceProvider> providers = new TreeMap<>();
  private final List<String> problems = new ArrayList<>();

  /** Everything that {@link ServiceLoader} finds. One broken provider does not hide the others. */
  public static DeviceCatalog load() {
    DeviceCatalog catalog = new DeviceCatalog();
    var found = ServiceLoader.load(DeviceProvider.class).stream().iterator();
    while (true) {
      try {
        if (!found.hasNext()) {
          return catalog;
        }
        catalog.tryAdd(found.next().get());
      } catch (ServiceConfigurationError e) {
        catalog.problems.add(String.valueOf(e.getMessage()));
      }
    }
  }

  /** A catalog of given providers. */
  public static DeviceCatalog of(List<? extends DeviceProvider> providers) {
    DeviceCatalog catalog = new DeviceCatalog();
    providers.forEach(catalog::tryAdd);
    return catalog;
  }

  private DeviceCatalog() {}

  private void tryAdd(DeviceProvider provider) {
    try {
      add(provider);
    } catch (RuntimeException | LinkageError e) { // made for another SPI, it may lack a method
      problems.add(
          "%s cannot be used: %s. Get a build of it for this version."
              .formatted(provider.getClass().getName(), e));
    }
  }

  private void add(DeviceProvider provider) {
    if (provider.apiVersion() != DeviceProvider.API_VERSION) {
      problems.add(
          "%s was made for version %d of the device SPI, this is %d. Get a build of it for this one."
              .formatted(
                  provider.getClass().getName(),
                  provider.apiVersion(),
                  DeviceProvider.API_VERSION));
      return;
    }
    DeviceProvider twin = providers.putIfAbsent(provider.type(), provider);
    if (twin != null) {
      problems.add(
          "%s and %s both provide type '%s'; the first is used. Remove one of the two."
              .formatted(
                  twin.getClass().getName(), provider.getClass().getName(), provider.type()));
    }
  }

  /** All usable providers, in the order of their types. */
  public List<DeviceProvider> all() {
    return List.copyOf(providers.values());
  }

  /** What was found and cannot be used, one sentence each. */
  public List<String> problems() {
    return List.copyOf(problems);
  }

  /**
   * The provider of a type.
   *
   * @throws DeviceConfigurationException if there is none, with what there is
   */
  public DeviceProvider find(String type) {
    DeviceProvider provider = providers.get(type);
    if (provider == null) {
      List<String> types = List.copyOf(providers.keySet());
      throw new DeviceConfigurationException(
          "There is no device type '%s'. %sTypes: %s."
              .formatted(
                  type,
                  NearestName.hint(type, types),
                  types.isEmpty()
                      ? "none; put a device module on the module path"
                      : String.join(", ", types)));
    }
    return provider;
  }
}
