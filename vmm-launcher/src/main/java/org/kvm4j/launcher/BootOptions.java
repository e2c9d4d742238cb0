package org.kvm4j.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kvm4j.machine.Boot;
import org.kvm4j.machine.BootProtocol;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The options that say what the machine starts with. */
final class BootOptions {

  private static final String KERNEL = "--kernel";
  private static final String BOOT = "--boot";
  private static final String INITRD = "--initrd";
  private static final String CMDLINE = "--cmdline";
  private static final String DEFAULT_CMDLINE = "console=ttyS0 panic=-1";

  private BootOptions() {}

  static List<OptionSpec> options() {
    return List.of(
        OptionSpec.builder(KERNEL)
            .paramLabel("FILE")
            .type(Path.class)
            .required(true)
            .description("bzImage or ELF vmlinux to boot.")
            .build(),
        OptionSpec.builder(BOOT)
            .paramLabel("PROTOCOL")
            .type(BootProtocol.class)
            .converters(BootOptions::protocol)
            .description("How to boot it: linux, pvh or multiboot. Default: as the file says.")
            .build(),
        OptionSpec.builder(INITRD)
            .paramLabel("FILE")
            .type(Path.class)
            .description("Initial RAM disk.")
            .build(),
        OptionSpec.builder(CMDLINE)
            .paramLabel("TEXT")
            .type(String.class)
            .description("Kernel command line. Default: " + DEFAULT_CMDLINE)
            .build());
  }

  static Boot of(ParseResult options) {
    return new Boot.Kernel(
        options.matchedOptionValue(KERNEL, (Path) null),
        Optional.ofNullable(options.matchedOptionValue(BOOT, (BootProtocol) null)),
        Optional.ofNullable(options.matchedOptionValue(INITRD, (Path) null)),
        options.matchedOptionValue(CMDLINE, DEFAULT_CMDLINE));
  }

  private static BootProtocol protocol(String text) {
    for (BootProtocol protocol : BootProtocol.values()) {
      if (protocol.name().equals(text.toUpperCase(Locale.ROOT))) {
        return protocol;
      }
    }
    throw new TypeConversionException("'%s' is neither linux, pvh nor multiboot.".formatted(text));
  }
}
