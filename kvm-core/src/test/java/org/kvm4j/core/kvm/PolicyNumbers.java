package org.kvm4j.core.kvm;

import java.util.Map;
import java.util.function.Consumer;
import org.kvm4j.core.kvm.CHeaders.CNumber;
import org.kvm4j.policy.PmuEventFilter;
import org.kvm4j.policy.Quirk;
import org.kvm4j.policy.VmOption;

/** The bits of a VM's policy, for {@link AbiTest}. */
final class PolicyNumbers {

  /** What has no bit of its own is 1 or 0, as the KVM API says. */
  private static final Map<VmOption, CNumber> OPTIONS =
      Map.ofEntries(
          option(VmOption.KEEP_MWAIT_IN_GUEST, "KVM_X86_DISABLE_EXITS_MWAIT", ""),
          option(VmOption.KEEP_HLT_IN_GUEST, "KVM_X86_DISABLE_EXITS_HLT", ""),
          option(VmOption.KEEP_PAUSE_IN_GUEST, "KVM_X86_DISABLE_EXITS_PAUSE", ""),
          option(VmOption.KEEP_CSTATE_IN_GUEST, "KVM_X86_DISABLE_EXITS_CSTATE", ""),
          option(VmOption.KEEP_APERFMPERF_IN_GUEST, "KVM_X86_DISABLE_EXITS_APERFMPERF", "6.17"),
          option(VmOption.EXIT_ON_FAILED_EMULATION, "1", ""),
          option(VmOption.EXIT_ON_MAP_GPA_RANGE, "1 << KVM_HC_MAP_GPA_RANGE", ""),
          option(VmOption.EXIT_ON_BUS_LOCK, "KVM_BUS_LOCK_DETECTION_EXIT", ""),
          option(VmOption.X2APIC_32_BIT_IDS, "KVM_X2APIC_API_USE_32BIT_IDS", ""),
          option(VmOption.X2APIC_NO_BROADCAST_QUIRK, "KVM_X2APIC_API_DISABLE_BROADCAST_QUIRK", ""),
          option(VmOption.NO_PMU, "KVM_PMU_CAP_DISABLE", ""),
          option(VmOption.EXCEPTION_PAYLOADS, "1", ""),
          option(VmOption.TRIPLE_FAULT_EVENTS, "1", ""),
          option(VmOption.NO_NX_HUGE_PAGES, "0", ""));

  private static final Map<Quirk, String> NEW_QUIRKS =
      Map.of(
          Quirk.SLOT_ZAP_ALL, "6.12",
          Quirk.STUFF_FEATURE_MSRS, "6.14",
          Quirk.IGNORE_GUEST_PAT, "6.16",
          Quirk.VMCS12_ALLOW_FREEZE_IN_SMM, "7.1",
          Quirk.NESTED_SVM_SHARED_PAT, "7.2");

  private PolicyNumbers() {}

  static void all(Consumer<CNumber> numbers) {
    for (VmOption option : VmOption.values()) {
      numbers.accept(OPTIONS.get(option));
    }
    for (Quirk quirk : Quirk.values()) {
      numbers.accept(
          new CNumber("KVM_X86_QUIRK_" + quirk, quirk.bit(), NEW_QUIRKS.getOrDefault(quirk, "")));
    }
    for (PmuEventFilter.Action action : PmuEventFilter.Action.values()) {
      numbers.accept(new CNumber("KVM_PMU_EVENT_" + action, action.number(), ""));
    }
    // One alone: the compiler tells only once of a macro that is not there.
    numbers.accept(
        new CNumber(
            "KVM_PMU_ENCODE_MASKED_ENTRY(0xabcULL, 0xf1ULL, 0x25ULL, 1)",
            PmuEventFilter.maskedEvent(0xabc, 0xf1, 0x25, true),
            "6.3"));
  }

  private static Map.Entry<VmOption, CNumber> option(
      VmOption option, String expression, String since) {
    return Map.entry(option, new CNumber(expression, option.bit(), since));
  }
}
