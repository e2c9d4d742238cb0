package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.kvm4j.HypervisorProvider;

final class KvmProviderTest {

  private static final List<String> PROVIDERS = List.of(KvmProvider.class.getName());

  @Test
  void provider_isFoundOnTheClassPath() {
    assertEquals(
        PROVIDERS,
        ServiceLoader.load(HypervisorProvider.class).stream()
            .map(provider -> provider.type().getName())
            .toList());
  }

  @Test
  void provider_isNamedByTheModule() throws IOException {
    // Not as a resource: every other module on the class path has a file of that name, too.
    Path descriptor = Path.of("target/classes/module-info.class");
    try (InputStream in = Files.newInputStream(descriptor)) {
      assertEquals(
          PROVIDERS,
          ModuleDescriptor.read(in).provides().stream()
              .filter(service -> service.service().equals(HypervisorProvider.class.getName()))
              .flatMap(service -> service.providers().stream())
              .toList());
    }
  }
}
