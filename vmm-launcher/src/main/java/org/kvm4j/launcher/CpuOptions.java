package org.kvm4j.launcher;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.kvm4j.CpuTopology;
import org.kvm4j.machine.BootException;
import org.kvm4j.machine.Processors;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/** The options that say what vCPUs the machine has, and where they run. */
final class CpuOptions {

  private static final String CPUS = "--cpus";
  private static final String PIN = "--pin";

  private static final String HELP =
      "Write a number, or how many there are of each: 8, or sockets=2,cores=2,threads=2";
  private static final String PIN_HELP = "Write VCPU=CPU or VCPU=CPU-CPU, with commas: 0=2,1=2-3";

  /** More than any host has. */
  private static final int MOST_HOST_CPUS = 8192;

  /** Which of the host's CPUs each vCPU may run on. */
  private record Pins(Map<Integer, Set<Integer>> byVcpu) {}

  private CpuOptions() {}

  static List<OptionSpec> options() {
    return List.of(
        OptionSpec.builder(CPUS)
            .paramLabel("N[,sockets=N][,cores=N][,threads=N]")
            .type(Processors.class)
            .converters(CpuOptions::processors)
            .description(
                "Virtual CPUs, and how many sockets, cores of each and threads of those they are:"
                    + " 8 is one socket of 8 cores. Default: 1")
            .build(),
        OptionSpec.builder(PIN)
            .paramLabel("VCPU=CPU[-CPU],...")
            .type(Pins.class)
            .converters(CpuOptions::pins)
            .description(
                "Keeps the threads of vCPUs on CPUs of the host: 0=2,1=2-3 keeps vCPU 0 on CPU 2 and"
                    + " vCPU 1 on 2 or 3.")
            .build());
  }

  static Processors of(ParseResult options) {
    Processors chosen = options.matchedOptionValue(CPUS, Processors.of(1));
    Pins pins = options.matchedOptionValue(PIN, new Pins(Map.of()));
    return chosen.withPins(pins.byVcpu());
  }

  /** As QEMU's -smp: what is left out follows from the number, or is 1. */
  private static Processors processors(String text) {
    Map<String, Integer> given = new HashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String name = equals < 0 ? "cpus" : part.substring(0, equals);
      int value = number(part.substring(equals + 1), "'%s': %s".formatted(text, HELP));
      boolean known = List.of("cpus", "sockets", "cores", "threads").contains(name);
      if (!known || given.put(name, value) != null) {
        throw new TypeConversionException("'%s': %s".formatted(text, HELP));
      }
    }
    try {
      return Processors.of(topology(given));
    } catch (IllegalArgumentException | BootException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  private static CpuTopology topology(Map<String, Integer> given) {
    int sockets = given.getOrDefault("sockets", 1);
    int threads = given.getOrDefault("threads", 1);
    if (!given.containsKey("cpus")) {
      return new CpuTopology(sockets, given.getOrDefault("cores", 1), threads);
    }
    int cpus = Processors.of(given.get("cpus")).count();
    int cores = given.getOrDefault("cores", cpus / Math.max(1, sockets * threads));
    if ((long) sockets * cores * threads != cpus) {
      throw new IllegalArgumentException(
          "%d vCPUs are not %d sockets of %d cores of %d threads. Leave one of the numbers out"
              .formatted(cpus, sockets, cores, threads));
    }
    return new CpuTopology(sockets, cores, threads);
  }

  private static Pins pins(String text) {
    String wrong = "'%s' pins nothing. %s".formatted(text, PIN_HELP);
    Map<Integer, Set<Integer>> byVcpu = new TreeMap<>();
    for (String part : text.split(",", -1)) {
      String[] sides = part.split("=", -1);
      String[] ends = sides.length == 2 ? sides[1].split("-", -1) : new String[0];
      if (ends.length != 1 && ends.length != 2) {
        throw new TypeConversionException(wrong);
      }
      int first = number(ends[0], wrong);
      int last = number(ends[ends.length - 1], wrong);
      if (first < 0 || last < first || last >= MOST_HOST_CPUS) {
        throw new TypeConversionException(wrong);
      }
      Set<Integer> cpus = byVcpu.computeIfAbsent(number(sides[0], wrong), v -> new TreeSet<>());
      for (int cpu = first; cpu <= last; cpu++) {
        cpus.add(cpu);
      }
    }
    return new Pins(byVcpu);
  }

  private static int number(String text, String wrong) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      var refusal = new TypeConversionException(wrong);
      refusal.initCause(e);
      throw refusal;
    }
  }
}
