package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceProvider;

/** Providers are found on the class path and on the module path: both lists must say the same. */
final class ProviderListingTest {

  private static final String SERVICE = DeviceProvider.class.getName();

  @Test
  void moduleDescriptorsAndServicesFiles_nameTheSameProviders() throws IOException {
    Map<String, Set<String>> inDescriptors = new TreeMap<>();
    Map<String, Set<String>> inServicesFiles = new TreeMap<>();
    for (ModuleReference module : modulesOfThisProject()) {
      String name = module.descriptor().name();
      Set<String> provided = provided(module);
      if (!provided.isEmpty()) {
        inDescriptors.put(name, provided);
      }
      servicesFile(module).ifPresent(listed -> inServicesFiles.put(name, listed));
    }

    assertEquals(inDescriptors, inServicesFiles);
    assertEquals(
        Set.of(
            "org.kvm4j.devices.irqchip",
            "org.kvm4j.devices.pit",
            "org.kvm4j.devices.platform",
            "org.kvm4j.devices.serial"),
        inDescriptors.keySet());
  }

  private static List<ModuleReference> modulesOfThisProject() {
    Path[] path =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(entry -> !entry.endsWith("test-classes"))
            .filter(entry -> ModuleFinder.of(entry).findAll().size() == 1)
            .toArray(Path[]::new);
    List<ModuleReference> modules =
        ModuleFinder.of(path).findAll().stream()
            .filter(module -> module.descriptor().name().startsWith("org.kvm4j."))
            .toList();
    assertFalse(modules.isEmpty());
    return modules;
  }

  private static Set<String> provided(ModuleReference module) {
    Set<String> names = new TreeSet<>();
    module.descriptor().provides().stream()
        .filter(entry -> entry.service().equals(SERVICE))
        .forEach(entry -> names.addAll(entry.providers()));
    return names;
  }

  private static Optional<Set<String>> servicesFile(ModuleReference module) throws IOException {
    try (ModuleReader reader = module.open()) {
      return reader.open("META-INF/services/" + SERVICE).map(ProviderListingTest::lines);
    }
  }

  private static Set<String> lines(InputStream file) {
    try (file) {
      String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
      return new TreeSet<>(text.lines().filter(line -> !line.isBlank()).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
