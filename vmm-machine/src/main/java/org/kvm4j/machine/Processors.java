package org.kvm4j.machine;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.kvm4j.CpuTopology;

/**
 * A machine's vCPUs. Immutable.
 *
 * @param topology how they are spread over sockets, cores and threads
 * @param pins by the vCPU's number, from 0: the host's CPUs that its thread may run on; a vCPU that
 *     is not there may run on any
 */
public record Processors(CpuTopology topology, Map<Integer, Set<Integer>> pins) {

  /** How many can have an APIC id; KVM may offer fewer, which {@link Machine#create} finds out. */
  public static final int MOST = CpuTopology.LAST_APIC_ID + 1;

  /**
   * Checks the pins against the topology; the host is asked by {@link Machine#create}.
   *
   * @throws BootException if a pin is of a vCPU that is not there, or names no CPU
   */
  public Processors {
    Objects.requireNonNull(topology, "topology");
    Map<Integer, Set<Integer>> copy = new HashMap<>();
    pins.forEach((vcpu, cpus) -> copy.put(vcpu, Set.copyOf(cpus)));
    pins = Map.copyOf(copy);
    for (Map.Entry<Integer, Set<Integer>> pin : pins.entrySet()) {
      if (pin.getKey() < 0 || pin.getKey() >= topology.count()) {
        throw new BootException(
            "vCPU %d cannot be pinned: the machine has 0 to %d. Choose one of those."
                .formatted(pin.getKey(), topology.count() - 1));
      }
      if (pin.getValue().isEmpty()) {
        throw new BootException(
            "vCPU %d is pinned to no CPU. Name one, or leave its pin out.".formatted(pin.getKey()));
      }
    }
  }

  /**
   * So many cores of one socket.
   *
   * @throws BootException if it is not 1 to {@link #MOST}
   */
  public static Processors of(int count) {
    if (count < 1 || count > MOST) {
      throw new BootException(
          "%d vCPUs: a machine has 1 to %d. Choose a number in between.".formatted(count, MOST));
    }
    return of(CpuTopology.ofCores(count));
  }

  /** So many as a topology has, on any of the host's CPUs. */
  public static Processors of(CpuTopology topology) {
    return new Processors(topology, Map.of());
  }

  /** The same, with their threads kept on certain CPUs of the host. */
  public Processors withPins(Map<Integer, Set<Integer>> newPins) {
    return new Processors(topology, newPins);
  }

  /**
   * Checks the pins against the host.
   *
   * @param allowed the CPUs that this process may run on
   * @throws BootException if a pin names another
   */
  void requireAllowed(Set<Integer> allowed) {
    new TreeMap<>(pins)
        .forEach(
            (vcpu, cpus) -> {
              Set<Integer> others = new TreeSet<>(cpus);
              others.removeAll(allowed);
              if (!others.isEmpty()) {
                throw new BootException(
                    "vCPU %d is pinned to host CPU %s, and this process may run on %s alone. Choose"
                            .formatted(vcpu, text(others), text(allowed))
                        + " among those.");
              }
            });
  }

  private static String text(Set<Integer> cpus) {
    return new TreeSet<>(cpus).stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** How many there are. */
  public int count() {
    return topology.count();
  }
}
