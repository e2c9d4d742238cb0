package org.kvm4j.machine.explain;

import java.util.Map;

/**
 * hardware_entry_failure_reason of KVM_EXIT_FAIL_ENTRY. kvm_intel gives the exit reason with bit 31
 * (Intel SDM volume 3, section 27.8 and appendix C), or, if the entry did not even begin, the
 * VM-instruction error (section 31.4); kvm_amd gives the exit code (AMD64 APM volume 2, section
 * 15.5.1 and appendix C), of which older kernels hand on the low half alone.
 */
final class EntryFailure {

  private static final String STATE =
      "the guest's state is inconsistent. Compare CR0, CR4, EFER and CS above: paging, long mode"
          + " and the code segment must agree (%s).";

  private static final String SVM_STATE =
      "VMEXIT_INVALID, " + STATE.formatted("AMD64 APM volume 2, section 15.5.1");

  private static final String HOST =
      ". That is no fault of the guest: the host's kernel log tells more (dmesg).";

  private static final Map<Long, String> MEANINGS =
      Map.ofEntries(
          Map.entry(
              0x8000_0021L,
              "VMX exit reason 33, " + STATE.formatted("Intel SDM volume 3, section 27.3.1")),
          Map.entry(
              0x8000_0022L, "VMX exit reason 34, an MSR of the guest cannot be loaded" + HOST),
          Map.entry(0x8000_0029L, "VMX exit reason 41, a machine check of the hardware" + HOST),
          Map.entry(-1L, SVM_STATE),
          Map.entry(0xffff_ffffL, SVM_STATE),
          Map.entry(7L, "VM-instruction error 7, invalid control fields" + HOST),
          Map.entry(8L, "VM-instruction error 8, invalid state of the host" + HOST));

  private EntryFailure() {}

  static String meaning(long reason) {
    return MEANINGS.getOrDefault(
        reason, "not known to kvm4j; the host's kernel log may tell more (dmesg).");
  }
}
