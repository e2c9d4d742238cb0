package org.kvm4j.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kvm4j.core.device.DeviceCatalog;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Where plug-ins are looked for: the user's own folder, and what {@code --plugins} names. */
final class Plugins {

  private static final String NAME = "--plugins";
  private static final String WATCH = "--watch";

  private Plugins() {}

  static OptionSpec option() {
    return OptionSpec.builder(NAME)
        .paramLabel("DIR")
        .type(List.class)
        .auxiliaryTypes(Path.class)
        .description(
            "Loads the device plug-ins in DIR, too: each jar, and each folder with a jar and its"
                + " libraries. Those in %s are always loaded.".formatted(shown()))
        .build();
  }

  static OptionSpec watchOption() {
    return OptionSpec.builder(WATCH)
        .type(boolean.class)
        .description(
            "Replaces a device in the running machine when its plug-in changes; the new one takes"
                + " the state over.")
        .build();
  }

  /** Where to look for changes: nowhere, if the user does not want that. */
  static List<Path> watched(ParseResult options) {
    return options.hasMatchedOption(WATCH) ? directories(options) : List.of();
  }

  /** All devices; says what cannot be used. */
  static DeviceCatalog load(ParseResult options) {
    DeviceCatalog catalog = DeviceCatalog.load(directories(options));
    catalog.problems().forEach(Console::say);
    return catalog;
  }

  private static List<Path> directories(ParseResult options) {
    List<Path> directories = new ArrayList<>();
    Path own = ownFolder(System.getenv());
    if (Files.isDirectory(own)) {
      directories.add(own);
    }
    directories.addAll(options.matchedOptionValue(NAME, List.of()));
    return directories;
  }

  /** As the XDG Base Directory Specification has it. */
  static Path ownFolder(Map<String, String> environment) {
    String data = environment.getOrDefault("XDG_DATA_HOME", "");
    Path base =
        data.isEmpty()
            ? Path.of(environment.getOrDefault("HOME", "."), ".local", "share")
            : Path.of(data);
    return base.resolve("kvm4j").resolve("plugins");
  }

  private static String shown() {
    return System.getenv("XDG_DATA_HOME") == null
        ? "~/.local/share/kvm4j/plugins"
        : "$XDG_DATA_HOME/kvm4j/plugins";
  }
}
