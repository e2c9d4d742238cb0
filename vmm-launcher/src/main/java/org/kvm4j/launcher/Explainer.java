package org.kvm4j.launcher;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.kvm4j.VcpuFailureException;
import org.kvm4j.machine.Boot;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.MachineConfig;
import org.kvm4j.machine.MachineEnd;
import org.kvm4j.machine.explain.Symbols;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Tells the user why a guest died or stays silent, as far as wanted. Threading: any thread.
 *
 * @param symbols gives the names of the guest's code, when they are needed
 * @param after how long a guest may be silent
 */
record Explainer(Supplier<Symbols> symbols, Optional<Duration> after) {

  private static final String SYMBOLS = "--symbols";
  private static final String AFTER = "--explain-after";

  static List<OptionSpec> options() {
    return List.of(
        OptionSpec.builder(AFTER)
            .paramLabel("TIME")
            .type(Duration.class)
            .converters(DurationText::parse)
            .description(
                "Explains once what the guest does when its devices have printed nothing for so"
                    + " long: 10s. It goes on. Ctrl-A e does so at any time.")
            .build(),
        OptionSpec.builder(SYMBOLS)
            .paramLabel("FILE")
            .type(Path.class)
            .description(
                "System.map or ELF vmlinux of the guest's kernel: names code where the guest died"
                    + " or stays silent.")
            .build());
  }

  /**
   * As the user wants it.
   *
   * @throws org.kvm4j.KvmException if the file with the symbols cannot be used
   */
  static Explainer of(ParseResult options, MachineConfig config) {
    Optional<Duration> after =
        Optional.ofNullable(options.matchedOptionValue(AFTER, (Duration) null));
    Path file = options.matchedOptionValue(SYMBOLS, (Path) null);
    if (file == null) {
      return new Explainer(() -> ofKernel(config), after);
    }
    Symbols symbols = Symbols.read(file); // an error shows now, not when the guest has died
    return new Explainer(() -> symbols, after);
  }

  /** With what the kernel itself brings along, and not for silence. */
  static Explainer standard(MachineConfig config) {
    return new Explainer(() -> ofKernel(config), Optional.empty());
  }

  private static Symbols ofKernel(MachineConfig config) {
    return config.boot() instanceof Boot.Kernel linux
        ? Symbols.ofKernel(linux.file())
        : Symbols.NONE;
  }

  /** What a guest does now; it stands meanwhile. */
  String explain(Machine machine) throws InterruptedException {
    return machine.explain().text(symbols.get());
  }

  /** Why it ended, if that was not its own will. */
  Optional<String> atEnd(Machine machine, MachineEnd end) throws InterruptedException {
    if (end.kind() == MachineEnd.Kind.GUEST_PANIC) { // the guest has told the rest itself
      return machine.explain().likelyCausesText();
    }
    return isExplained(machine, end) ? Optional.of(explain(machine)) : Optional.empty();
  }

  private static boolean isExplained(Machine machine, MachineEnd end) {
    return switch (end.kind()) {
      case TRIPLE_FAULT -> true;
      case FAILED -> end.failure().filter(VcpuFailureException.class::isInstance).isPresent();
      case HALTED -> machine.output().bytes() == 0;
      default -> false;
    };
  }
}
