package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmEnableCap;
import org.kvm4j.core.abi.KvmPmuEventFilter;
import org.kvm4j.policy.PmuEventFilter;
import org.kvm4j.policy.PmuEventFilter.Action;
import org.kvm4j.policy.Quirk;
import org.kvm4j.policy.VmOption;

/** What a policy asks of the kernel, and what it finds out before. */
final class VmPolicyTest {

  private static final PmuEventFilter MASKED =
      new PmuEventFilter(
          Action.ALLOW, List.of(PmuEventFilter.maskedEvent(0xabc, 0xf1, 0x25, true)), 5, true);

  @AutoClose private final ScriptedVm scripted = new ScriptedVm();
  private final ScriptedKernel kernel = scripted.kernel;
  private final Vm vm = scripted.vm;

  /** Capability and first argument of each KVM_ENABLE_CAP. */
  private final List<String> enabled = new ArrayList<>();

  VmPolicyTest() {
    kernel.always("KVM_CHECK_EXTENSION", number -> -1 >>> 1);
    kernel.always(
        "KVM_ENABLE_CAP",
        argument -> {
          ByteBuffer cap = kernel.at(argument, KvmEnableCap.SIZEOF);
          enabled.add(
              cap.getInt(KvmEnableCap.CAP)
                  + " 0x"
                  + Long.toHexString(cap.getLong(KvmEnableCap.ARGS)));
          return 0;
        });
  }

  @Test
  void optionsOfOneCapability_areEnabledTogether() {
    vm.policy()
        .enable(
            EnumSet.of(
                VmOption.KEEP_HLT_IN_GUEST,
                VmOption.KEEP_CSTATE_IN_GUEST,
                VmOption.EXIT_ON_MAP_GPA_RANGE,
                VmOption.NO_NX_HUGE_PAGES));

    assertEquals(List.of("143 0xa", "201 0x1000", "220 0x0"), enabled);
  }

  @Test
  void noOptions_askNothing() {
    vm.policy().enable(Set.of());

    assertEquals(List.of(), enabled);
  }

  @Test
  void offeredOptions_areThoseOfTheMasks() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == 143 ? 0xe : number == 220 ? 1 : 0);

    assertEquals(
        EnumSet.of(
            VmOption.KEEP_HLT_IN_GUEST,
            VmOption.KEEP_PAUSE_IN_GUEST,
            VmOption.KEEP_CSTATE_IN_GUEST,
            VmOption.NO_NX_HUGE_PAGES),
        vm.policy().offeredOptions());
  }

  @Test
  void anOptionThatIsNotOffered_isNamed_andNoneIsEnabled() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == 143 ? 0xe : 1);

    KvmCapabilityException missing =
        assertThrows(
            KvmCapabilityException.class,
            () ->
                vm.policy()
                    .enable(
                        EnumSet.of(
                            VmOption.EXIT_ON_FAILED_EMULATION, VmOption.KEEP_MWAIT_IN_GUEST)));

    assertEquals(KvmCapability.X86_DISABLE_EXITS, missing.capability());
    assertEquals(List.of(), enabled);
  }

  @ParameterizedTest
  @EnumSource(VmOption.class)
  void anOptionAfterAVcpu_isRefusedWhereItComesTooLate(VmOption option) {
    createVcpu();

    if (option.isBeforeVcpus()) {
      IllegalStateException late =
          assertThrows(IllegalStateException.class, () -> vm.policy().enable(EnumSet.of(option)));
      assertEquals("VmOption " + option + " must come before the first vCPU", late.getMessage());
      assertEquals(List.of(), enabled);
    } else {
      vm.policy().enable(EnumSet.of(option));
      assertEquals(1, enabled.size());
    }
  }

  @Test
  void quirks_areOneMask() {
    vm.policy().disableQuirks(EnumSet.of(Quirk.CD_NW_CLEARED, Quirk.STUFF_FEATURE_MSRS));

    assertEquals(List.of("213 0x102"), enabled);
  }

  @Test
  void aQuirkThatStays_isNamed() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == 213 ? 0x7f : 1);
    assertEquals(
        EnumSet.range(Quirk.LINT0_REENABLED, Quirk.MWAIT_NEVER_UD_FAULTS),
        vm.policy().offeredQuirks());

    KvmCapabilityException stays =
        assertThrows(
            KvmCapabilityException.class,
            () -> vm.policy().disableQuirks(EnumSet.of(Quirk.SLOT_ZAP_ALL)));

    assertEquals(KvmCapability.DISABLE_QUIRKS2, stays.capability());
    assertEquals(List.of(), enabled);
  }

  @Test
  void limits_reachTheKernel() {
    vm.policy().limitVcpuIds(8);
    vm.policy().setHaltPollNanos(0xffff_ffffL);
    vm.policy().setApicBusCycleNanos(25);
    vm.policy().enableNotify(0x123, false);
    vm.policy().enableNotify(0x7fff_ffff, true);

    assertEquals(
        List.of(
            "128 0x8", "182 0xffffffff", "237 0x19", "219 0x12300000001", "219 0x7fffffff00000003"),
        enabled);
  }

  @Test
  void limitsAfterAVcpu_comeTooLate() {
    createVcpu();

    assertThrows(IllegalStateException.class, () -> vm.policy().limitVcpuIds(8));
    assertThrows(IllegalStateException.class, () -> vm.policy().setApicBusCycleNanos(2));
    assertThrows(IllegalStateException.class, () -> vm.policy().enableNotify(1, true));
    assertEquals(List.of(), enabled);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE + 1})
  void limitsOutOfRange_areRefused(int value) {
    assertThrows(IllegalArgumentException.class, () -> vm.policy().limitVcpuIds(value));
    assertThrows(IllegalArgumentException.class, () -> vm.policy().setApicBusCycleNanos(value));
    assertThrows(IllegalArgumentException.class, () -> vm.policy().enableNotify(value - 1, true));
    assertThrows(IllegalArgumentException.class, () -> vm.policy().setHaltPollNanos(value - 1L));
    assertEquals(List.of(), enabled);
  }

  @Test
  void limitsThatAreTooGreat_areRefused_withTheGreatest() {
    IllegalArgumentException cycle =
        assertThrows(
            IllegalArgumentException.class, () -> vm.policy().setApicBusCycleNanos(33_554_433));

    assertEquals(
        "Nanoseconds of an APIC bus cycle cannot be 33554433: use 1 to 33554432",
        cycle.getMessage());
    assertThrows(
        IllegalArgumentException.class, () -> vm.policy().setHaltPollNanos(0x1_0000_0000L));
  }

  @Test
  void pmuFilters_reachTheKernel() {
    kernel.next(
        "KVM_SET_PMU_EVENT_FILTER",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmPmuEventFilter.sizeBytes(2));
          assertEquals(1, b.getInt(KvmPmuEventFilter.ACTION));
          assertEquals(2, b.getInt(KvmPmuEventFilter.NEVENTS));
          assertEquals(0x8000_0003, b.getInt(KvmPmuEventFilter.FIXED_COUNTER_BITMAP));
          assertEquals(0, b.getInt(KvmPmuEventFilter.FLAGS));
          assertEquals(0xa_0000_25bcL, b.getLong(KvmPmuEventFilter.EVENTS));
          assertEquals(0xc0, b.getLong(KvmPmuEventFilter.EVENTS + 8));
          return 0;
        },
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmPmuEventFilter.sizeBytes(1));
          assertEquals(0, b.getInt(KvmPmuEventFilter.ACTION));
          assertEquals(5, b.getInt(KvmPmuEventFilter.FIXED_COUNTER_BITMAP));
          assertEquals(1, b.getInt(KvmPmuEventFilter.FLAGS));
          assertEquals(0xf180_000a_0000_25bcL, b.getLong(KvmPmuEventFilter.EVENTS));
          return 0;
        });

    vm.policy()
        .setPmuEventFilter(
            new PmuEventFilter(
                Action.DENY,
                List.of(PmuEventFilter.event(0xabc, 0x25), PmuEventFilter.event(0xc0, 0)),
                0x8000_0003,
                false));
    vm.policy().setPmuEventFilter(MASKED);

    assertEquals(2, kernel.calls().stream().filter("KVM_SET_PMU_EVENT_FILTER"::equals).count());
  }

  @Test
  void aMaskedFilterOnAnOldKernel_isRefusedByName() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == 226 ? 0 : 1);

    KvmCapabilityException missing =
        assertThrows(KvmCapabilityException.class, () -> vm.policy().setPmuEventFilter(MASKED));

    assertEquals(KvmCapability.PMU_EVENT_MASKED_EVENTS, missing.capability());
    assertFalse(kernel.calls().contains("KVM_SET_PMU_EVENT_FILTER"));
  }

  private void createVcpu() {
    vm.createVcpu(0, new Buses(mock(PioBus.class), mock(MmioBus.class)));
  }
}
