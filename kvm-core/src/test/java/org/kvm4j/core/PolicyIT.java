package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_PMU_EVENT_FILTER;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.policy.PmuEventFilter;
import org.kvm4j.policy.VmOption;
import org.kvm4j.policy.VmPolicy;
import org.kvm4j.testkit.RequiresKvm;

/** That the host's KVM takes what it offers, and still runs a guest. */
@RequiresKvm
final class PolicyIT {

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void everyOptionThatIsOffered_canBeSwitchedOn() {
    try (Guest guest = Guest.withIrqchip()) {
      VmPolicy policy = guest.vm.policy();
      for (VmOption option : policy.offeredOptions()) {
        try {
          policy.enable(Set.of(option));
        } catch (KvmIoctlException e) {
          // Without CAP_SYS_BOOT this one is refused.
          assertEquals(VmOption.NO_NX_HUGE_PAGES, option, e.getMessage());
          assertEquals(Errno.EPERM, e.errno());
        }
      }
      policy.disableQuirks(policy.offeredQuirks());
      assertRuns(guest);
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void limits_areTaken() {
    try (Guest guest = Guest.withIrqchip()) {
      VmPolicy policy = guest.vm.policy();
      if (guest.hypervisor.supports(KvmCapability.HALT_POLL)) {
        policy.setHaltPollNanos(0);
      }
      if (guest.hypervisor.supports(KvmCapability.MAX_VCPU_ID)) {
        policy.limitVcpuIds(1);
      }
      if (guest.hypervisor.supports(KvmCapability.X86_APIC_BUS_CYCLES_NS)) {
        policy.setApicBusCycleNanos(10);
      }
      assertRuns(guest);
    }
  }

  @Test
  @Exercises(value = KVM_SET_PMU_EVENT_FILTER, on = VM)
  void pmuEventFilters_areTaken() {
    try (Guest guest = Guest.bare()) {
      VmPolicy policy = guest.vm.policy();
      policy.setPmuEventFilter(
          new PmuEventFilter(
              PmuEventFilter.Action.ALLOW,
              List.of(PmuEventFilter.event(0xc0, 0), PmuEventFilter.event(0x3c, 1)),
              1,
              false));
      policy.setPmuEventFilter(new PmuEventFilter(PmuEventFilter.Action.DENY, List.of(), 0, false));
      if (guest.hypervisor.supports(KvmCapability.PMU_EVENT_MASKED_EVENTS)) {
        policy.setPmuEventFilter(
            new PmuEventFilter(
                PmuEventFilter.Action.DENY,
                List.of(PmuEventFilter.maskedEvent(0x3c, 0xff, 1, false)),
                0,
                true));
      }
      assertRuns(guest);
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VCPU)
  void aVcpu_hasCapabilitiesOfItsOwn() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");
      if (!guest.hypervisor.supports(KvmCapability.ENFORCE_PV_FEATURE_CPUID)) {
        IoctlReport.skipRefused(
            KVM_ENABLE_CAP, VCPU, "this KVM lacks KVM_CAP_ENFORCE_PV_FEATURE_CPUID");
      }
      cpu.vcpu.enableCapability(KvmCapability.ENFORCE_PV_FEATURE_CPUID, 1);

      assertEquals(new VcpuExit.Halt(), cpu.run());
    }
  }

  private static void assertRuns(Guest guest) {
    RecordingPort post = new RecordingPort();
    guest.pio.register(0x80, 1, post);
    GuestCpu cpu =
        guest.boot(
            Mode.PROTECTED,
            """
            e6 80                ; out %al,$0x80
            0f 01 1d 00 05 00 00 ; lidt 0x500: zeros there, so an empty table
            0f 0b                ; ud2
            """);
    assertEquals(new VcpuExit.Shutdown(), cpu.run());
    assertEquals(1, post.writes.size());
  }
}
