package org.kvm4j.machine.probe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.VcpuExit;
import org.kvm4j.VcpuExit.InternalError;
import org.kvm4j.bus.PioHandler;

/** Gives each instruction a VM of its own and says how that ended. */
final class InstructionProber {

  /** Each costs the user the watchdog's limit, and the verdict is clear by then. */
  private static final int MOST_HANGS = 3;

  private static final int INTERRUPT_PORT = 0xf6;
  private static final int FREE_PORT = 0xf7;
  private static final int TIMER_GSI = 0;
  private static final int NOTHING_REPORTED = -1;

  private final Hypervisor hypervisor;
  private final CpuidTable cpuid;
  private final Duration limit;
  private final Watchdog watchdog;

  InstructionProber(Hypervisor hypervisor, CpuidTable cpuid, Duration limit, Watchdog watchdog) {
    this.hypervisor = hypervisor;
    this.cpuid = cpuid;
    this.limit = limit;
    this.watchdog = watchdog;
  }

  /**
   * Tries them in order, and no further when the first, the simplest, does not work.
   *
   * @throws KvmException if KVM does not even build the first VM
   */
  List<InstructionResult> probeAll(List<InstructionProbe> probes) {
    List<InstructionResult> results = new ArrayList<>();
    results.add(run(probes.get(0)));
    boolean worthwhile = results.get(0).outcome() == Outcome.WORKS;
    int hangs = 0;
    for (InstructionProbe probe : probes.subList(1, probes.size())) {
      if (worthwhile && hangs < MOST_HANGS) {
        InstructionResult result = probe(probe);
        hangs += result.outcome() == Outcome.HANGS ? 1 : 0;
        results.add(result);
      } else {
        results.add(new InstructionResult(probe.name(), Outcome.NOT_TRIED, "not tried"));
      }
    }
    return List.copyOf(results);
  }

  /** One instruction; a KVM that refuses is a result here. */
  InstructionResult probe(InstructionProbe probe) {
    if (!probe.isOfferedBy(cpuid)) {
      String feature = probe.feature().map(Enum::name).orElse("");
      return new InstructionResult(probe.name(), Outcome.NOT_OFFERED, feature);
    }
    try {
      return run(probe);
    } catch (KvmException e) {
      return new InstructionResult(probe.name(), Outcome.REFUSED, e.getMessage());
    }
  }

  private InstructionResult run(InstructionProbe probe) {
    ProbeImage image = new ProbeImage(probe.code(), probe.expected());
    try (ProbeVm vm = new ProbeVm(hypervisor, cpuid, image)) {
      FaultPort fault = new FaultPort(vm);
      vm.onPorts(ProbeImage.FAULT_PORT, 1, fault);
      vm.onPorts(ProbeImage.MARK_PORT, 1, (WritePort) value -> vm.stop());
      vm.onPorts(INTERRUPT_PORT, 1, (WritePort) value -> vm.setIrqLine(TIMER_GSI, true));
      vm.onPorts(FREE_PORT, 1, (WritePort) value -> {});
      return classify(probe.name(), vm.run(watchdog), fault.reported);
    }
  }

  private InstructionResult classify(String name, ProbeVm.End end, int fault) {
    if (end instanceof ProbeVm.End.Exited exited) {
      return classifyExit(name, exited.exit());
    }
    if (end instanceof ProbeVm.End.TimedOut) {
      return new InstructionResult(
          name, Outcome.HANGS, "no end within %d ms".formatted(limit.toMillis()));
    }
    return switch (fault) {
      case NOTHING_REPORTED -> new InstructionResult(name, Outcome.WORKS, "");
      case ProbeImage.END_REACHED ->
          new InstructionResult(name, Outcome.FAULTS, "the exception does not come");
      default -> new InstructionResult(name, Outcome.FAULTS, "raises " + exception(fault));
    };
  }

  private static InstructionResult classifyExit(String name, VcpuExit exit) {
    if (exit instanceof InternalError error && error.suberror() == InternalError.EMULATION) {
      return new InstructionResult(name, Outcome.NOT_INTERPRETED, "KVM cannot interpret it");
    }
    if (exit instanceof VcpuExit.Shutdown) {
      return new InstructionResult(name, Outcome.FAULTS, "ends in a triple fault");
    }
    return new InstructionResult(name, Outcome.REFUSED, "KVM stops with " + exit);
  }

  private static String exception(int vector) {
    return Arrays.stream(Vector.values())
        .filter(known -> known.number() == vector)
        .map(Vector::mnemonic)
        .findFirst()
        .orElse("vector " + vector);
  }

  /** A port that reads as 0. */
  @FunctionalInterface
  private interface WritePort extends PioHandler {
    void write(int value);

    @Override
    default int read(int offset, int size) {
      return 0;
    }

    @Override
    default void write(int offset, int size, int value) {
      write(value);
    }
  }

  /** Keeps the first exception that the guest reports, and ends it. */
  private static final class FaultPort implements WritePort {
    private final ProbeVm vm;
    private int reported = NOTHING_REPORTED;

    FaultPort(ProbeVm vm) {
      this.vm = vm;
    }

    @Override
    public void write(int value) {
      if (reported == NOTHING_REPORTED) {
        reported = value;
      }
      vm.stop();
    }
  }
}
