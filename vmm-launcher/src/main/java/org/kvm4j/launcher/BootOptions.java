package org.kvm4j.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.kvm4j.machine.Boot;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options that say what the machine starts with. */
final class BootOptions {

  private static final String KERNEL = "--kernel";
  private static final String INITRD = "--initrd";
  private static final String CMDLINE = "--cmdline";
  private static final String DEFAULT_CMDLINE = "console=ttyS0";

  private BootOptions() {}

  static List<OptionSpec> options() {
    return List.of(
        OptionSpec.builder(KERNEL)
            .paramLabel("FILE")
            .type(Path.class)
            .required(true)
            .description("bzImage or ELF vmlinux to boot.")
            .build(),
        OptionSpec.builder(INITRD)
            .paramLabel("FILE")
            .type(Path.class)
            .description("Initial RAM disk.")
            .build(),
        OptionSpec.builder(CMDLINE)
            .paramLabel("TEXT")
            .type(String.class)
            .description(
                "Kernel command line; with panic=-1, Linux resets the machine when it has crashed."
                    + " Default: "
                    + DEFAULT_CMDLINE)
            .build());
  }

  static Boot of(ParseResult options) {
    return new Boot.Linux(
        options.matchedOptionValue(KERNEL, (Path) null),
        Optional.ofNullable(options.matchedOptionValue(INITRD, (Path) null)),
        options.matchedOptionValue(CMDLINE, DEFAULT_CMDLINE));
  }
}
