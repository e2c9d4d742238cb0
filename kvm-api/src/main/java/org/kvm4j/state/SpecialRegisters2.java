package org.kvm4j.state;

import java.util.List;
import org.kvm4j.SpecialRegisters;

/**
 * Segments, tables and control registers with the page-directory pointers that PAE paging without
 * long mode keeps in the processor. struct kvm_sregs2.
 *
 * @param registers with an interruptBitmap of zeros: this struct has none, and {@link VcpuEvents}
 *     has the interrupt under way
 * @param pdptrs four entries, or none: then KVM reads them from the memory at CR3 (the flag
 *     KVM_SREGS2_FLAGS_PDPTRS_VALID is clear)
 */
public record SpecialRegisters2(SpecialRegisters registers, List<Long> pdptrs) {

  private static final int PDPTRS = 4;

  /** Copies the list, and checks that nothing is given that the kernel would not see. */
  public SpecialRegisters2 {
    pdptrs = List.copyOf(pdptrs);
    if (!pdptrs.isEmpty() && pdptrs.size() != PDPTRS) {
      throw new IllegalArgumentException(
          "pdptrs has %d entries: give %d, or none to have KVM read them from memory"
              .formatted(pdptrs.size(), PDPTRS));
    }
    if (registers.interruptBitmap().stream().anyMatch(word -> word != 0)) {
      throw new IllegalArgumentException(
          "struct kvm_sregs2 has no interrupt bitmap: leave it 0, and set the interrupt with"
              + " VcpuState.setEvents");
    }
  }
}
