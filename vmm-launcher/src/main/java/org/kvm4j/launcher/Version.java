package org.kvm4j.launcher;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** The version that the module was compiled as; a manifest's does not count for a named module. */
final class Version {

  private Version() {}

  static String text() {
    return Optional.ofNullable(Version.class.getModule().getDescriptor())
        .flatMap(ModuleDescriptor::rawVersion)
        .orElse("(not packaged)");
  }
}
