package org.kvm4j.core.device;

import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Where the code of a device comes from.
 *
 * @param name of the jar or module, for messages; {@code built in} where there is neither
 * @param version as the jar says, or {@code unknown}
 * @param jar the plug-in's file or folder; empty for what was there at start
 */
public record Origin(String name, String version, Optional<Path> jar) {

  /** All are needed. */
  public Origin {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(version, "version");
    Objects.requireNonNull(jar, "jar");
  }

  /** Of a class that was there at start: its module, if it has a name. */
  public static Origin builtIn(Class<?> type) {
    Module module = type.getModule();
    String version =
        Optional.ofNullable(module.getDescriptor())
            .flatMap(java.lang.module.ModuleDescriptor::rawVersion)
            .or(() -> Optional.ofNullable(type.getPackage().getImplementationVersion()))
            .orElse("unknown");
    return new Origin("built in", version, Optional.empty());
  }
}
