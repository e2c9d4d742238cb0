package org.kvm4j.launcher;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kvm4j.machine.Boot;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.BootProtocol;
import org.kvm4j.machine.CodeMode;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The options that say what the machine starts with. */
final class BootOptions {

  private static final String KERNEL = "--kernel";
  private static final String FIRMWARE = "--firmware";
  private static final String BOOT = "--boot";
  private static final String INITRD = "--initrd";
  private static final String CMDLINE = "--cmdline";
  private static final String DEFAULT_CMDLINE = "console=ttyS0";

  private static final Pattern FLAT = Pattern.compile("flat(16|32|64)(?:@(0x\\p{XDigit}{1,8}))?");
  private static final long BOOT_SECTOR = 0x7c00;

  /** What {@code --boot} says: a kernel's protocol, or how to enter plain code. */
  private record Choice(Optional<BootProtocol> protocol, Optional<Flat> flat) {}

  private record Flat(CodeMode mode, long address) {}

  private BootOptions() {}

  static List<OptionSpec> options() {
    return List.of(
        OptionSpec.builder(KERNEL)
            .paramLabel("FILE")
            .type(Path.class)
            .description(
                "Kernel to boot: a bzImage, an ELF vmlinux, also one compressed with gzip, lz4, xz"
                    + " or zstd, or a Multiboot kernel.")
            .build(),
        OptionSpec.builder(FIRMWARE)
            .paramLabel("FILE")
            .type(Path.class)
            .description("Firmware to start from the reset vector, instead of a kernel.")
            .build(),
        OptionSpec.builder(BOOT)
            .paramLabel("PROTOCOL")
            .type(Choice.class)
            .converters(BootOptions::choice)
            .description(
                "How to boot the kernel: linux, pvh, multiboot; or, for plain code, flat16,"
                    + " flat32 or flat64, with @0xADDRESS. Default: as the file says.")
            .build(),
        OptionSpec.builder(INITRD)
            .paramLabel("FILE")
            .type(Path.class)
            .description("Initial RAM disk; Multiboot's module.")
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
    Optional<Path> kernel = path(options, KERNEL);
    Optional<Path> firmware = path(options, FIRMWARE);
    if (kernel.isPresent() == firmware.isPresent()) {
      throw new BootException(
          "The machine needs one thing to start: name a kernel by --kernel FILE, or firmware by"
              + " --firmware FILE.");
    }
    Optional<Choice> choice = Optional.ofNullable(options.matchedOptionValue(BOOT, (Choice) null));
    if (firmware.isPresent()) {
      refuse(options, "Firmware", List.of(BOOT, INITRD, CMDLINE));
      return new Boot.Firmware(firmware.get());
    }
    Optional<Flat> flat = choice.flatMap(Choice::flat);
    if (flat.isPresent()) {
      refuse(options, "Plain code", List.of(INITRD, CMDLINE));
      return new Boot.FlatFile(kernel.get(), flat.get().mode(), flat.get().address());
    }
    return new Boot.Kernel(
        kernel.get(),
        choice.flatMap(Choice::protocol),
        path(options, INITRD),
        options.matchedOptionValue(CMDLINE, DEFAULT_CMDLINE));
  }

  private static Optional<Path> path(ParseResult options, String name) {
    return Optional.ofNullable(options.matchedOptionValue(name, (Path) null));
  }

  private static void refuse(ParseResult options, String what, List<String> names) {
    for (String name : names) {
      if (options.hasMatchedOption(name)) {
        throw new BootException("%s has no use for %s. Leave it out.".formatted(what, name));
      }
    }
  }

  private static Choice choice(String text) {
    for (BootProtocol protocol : BootProtocol.values()) {
      if (protocol.name().toLowerCase(Locale.ROOT).equals(text)) {
        return new Choice(Optional.of(protocol), Optional.empty());
      }
    }
    Matcher flat = FLAT.matcher(text);
    if (flat.matches()) {
      return new Choice(Optional.empty(), Optional.of(flat(flat)));
    }
    throw new TypeConversionException(
        "'%s' is no boot protocol. Use linux, pvh, multiboot, flat16, flat32 or flat64@0x100000."
            .formatted(text));
  }

  private static Flat flat(Matcher text) {
    CodeMode mode =
        switch (text.group(1)) {
          case "16" -> CodeMode.REAL;
          case "32" -> CodeMode.PROTECTED;
          default -> CodeMode.LONG;
        };
    long standard = mode == CodeMode.REAL ? BOOT_SECTOR : Boot.Flat.ADDRESS;
    return new Flat(mode, text.group(2) == null ? standard : Long.decode(text.group(2)));
  }
}
