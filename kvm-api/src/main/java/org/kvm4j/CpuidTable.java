package org.kvm4j;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What CPUID answers, leaf by leaf. Immutable; any thread.
 *
 * @param entries in the order in which KVM reported them
 */
public record CpuidTable(List<CpuidEntry> entries) {

  /** Copies the list. */
  public CpuidTable {
    entries = List.copyOf(entries);
  }

  /** The entry that answers a leaf and subleaf. */
  public Optional<CpuidEntry> find(int function, int index) {
    return entries.stream().filter(matching(function, index)).findFirst();
  }

  /** The same table with one entry replaced, or added at its end. */
  public CpuidTable with(CpuidEntry entry) {
    Predicate<CpuidEntry> sameLeaf = matching(entry.function(), entry.index());
    if (entries.stream().noneMatch(sameLeaf)) {
      return new CpuidTable(Stream.concat(entries.stream(), Stream.of(entry)).toList());
    }
    return new CpuidTable(entries.stream().map(old -> sameLeaf.test(old) ? entry : old).toList());
  }

  /**
   * Makes what KVM reports for the host fit one vCPU of a VM: its APIC id, the topology of all of
   * them, and the bit that says that there is a hypervisor.
   *
   * @param apicId of the vCPU: one of {@link CpuTopology#apicId}
   * @throws IllegalArgumentException if no vCPU of the topology has that id
   */
  public CpuidTable forVcpu(int apicId, CpuTopology topology) {
    return new CpuidTopology(apicId, topology).apply(this);
  }

  /**
   * As {@link #forVcpu(int, CpuTopology)}, for one socket of cores with one thread each.
   *
   * @param apicId of the vCPU, 0 to {@code vcpuCount - 1}
   * @param vcpuCount 1 to {@link CpuTopology#LAST_APIC_ID} and 1
   * @throws IllegalArgumentException if one of the two is outside its range
   */
  public CpuidTable forVcpu(int apicId, int vcpuCount) {
    return forVcpu(apicId, CpuTopology.ofCores(vcpuCount));
  }

  private static Predicate<CpuidEntry> matching(int function, int index) {
    return entry ->
        entry.function() == function
            && ((entry.flags() & CpuidEntry.FLAG_SIGNIFICANT_INDEX) == 0 || entry.index() == index);
  }
}
