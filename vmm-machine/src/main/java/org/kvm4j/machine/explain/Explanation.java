package org.kvm4j.machine.explain;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.disassembly.Disassembler;

/**
 * What is known of a guest that died or stays silent. Immutable.
 *
 * @param vcpus by id
 * @param postCodes what the guest wrote to port 0x80 last, the oldest first
 * @param unclaimedPorts the ports that no device answers, and how many bytes the guest has accessed
 *     there
 * @param outputBytes what the guest has said so far, on all devices
 * @param lastOutput the last of it, a byte a character; not to be trusted, nor to be printed as is
 * @param commandLine of a Linux kernel
 * @param devices the types of the machine's devices
 */
public record Explanation(
    List<VcpuSnapshot> vcpus,
    List<Integer> postCodes,
    Map<Long, Long> unclaimedPorts,
    long outputBytes,
    String lastOutput,
    Optional<String> commandLine,
    List<String> devices) {

  /** Copies all. */
  public Explanation {
    vcpus = List.copyOf(vcpus);
    postCodes = List.copyOf(postCodes);
    TreeMap<Long, Long> ports = new TreeMap<>(unclaimedPorts);
    unclaimedPorts = Collections.unmodifiableSortedMap(ports);
    Objects.requireNonNull(lastOutput, "lastOutput");
    Objects.requireNonNull(commandLine, "commandLine");
    devices = List.copyOf(devices);
  }

  /** What is likely, with what to do: sentences, the likeliest first. */
  public List<String> likelyCauses() {
    return Causes.of(this);
  }

  /**
   * The same as a text of several lines without an end of line at its end; empty if there are none.
   */
  public Optional<String> likelyCausesText() {
    List<String> causes = likelyCauses();
    return causes.isEmpty()
        ? Optional.empty()
        : Optional.of(
            causes.stream()
                .map(cause -> System.lineSeparator() + "  - " + cause)
                .collect(Collectors.joining("", "What this may mean:", "")));
  }

  /** The whole as a text of several lines without an end of line at its end. */
  public String text(Symbols symbols) {
    return text(symbols, Disassembler.ofHost());
  }

  String text(Symbols symbols, Disassembler disassembler) {
    return new ExplanationText(this, symbols, new CodeText(disassembler)).text();
  }

  /** Whether a vCPU ended with a triple fault. */
  boolean isTripleFault() {
    return exit(VcpuExit.Shutdown.class).isPresent();
  }

  /** The exit of that type that ended a vCPU. */
  <T extends VcpuExit> Optional<T> exit(Class<T> type) {
    return vcpus.stream()
        .flatMap(vcpu -> vcpu.exit().stream())
        .filter(type::isInstance)
        .map(type::cast)
        .findFirst();
  }

  /** The vCPUs that the guest has started, as far as their registers are known. */
  List<CpuState> started() {
    return vcpus.stream()
        .flatMap(vcpu -> vcpu.state().stream())
        .filter(cpu -> !cpu.isWaitingForStart())
        .toList();
  }

  /** The vCPU that is to blame: the one that ended, or the first. */
  Optional<CpuState> culprit() {
    Optional<VcpuSnapshot> ended =
        vcpus.stream().filter(vcpu -> vcpu.exit().isPresent()).findFirst();
    return ended.or(() -> vcpus.stream().findFirst()).flatMap(VcpuSnapshot::state);
  }

  /** Whether no vCPU ended the machine: it runs, or was stopped. */
  boolean isAlive() {
    return vcpus.stream().allMatch(vcpu -> vcpu.exit().isEmpty());
  }

  /** Whether all started vCPUs wait for an interrupt. */
  boolean isIdle() {
    return isAlive() && areAllStarted(cpu -> cpu.isHalted() && cpu.interruptsOn());
  }

  /** Whether this is so of all started vCPUs, and there are any. */
  boolean areAllStarted(Predicate<? super CpuState> condition) {
    List<CpuState> started = started();
    return !started.isEmpty() && started.stream().allMatch(condition);
  }
}
