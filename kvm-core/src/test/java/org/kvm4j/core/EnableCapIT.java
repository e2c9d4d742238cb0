package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.Msr;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.testkit.RequiresKvm;

/** Capabilities that are off until asked for, told by what then changes. */
@RequiresKvm
final class EnableCapIT {

  private static final int IOAPIC_PINS = 24;
  private static final int KVM_CPUID_FEATURES = 0x4000_0001;
  private static final int MSR_KVM_SYSTEM_TIME_NEW = 0x4b56_4d01;

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void aSplitIrqchip_takesThePlaceOfTheWhole() {
    try (Guest guest = Guest.bare()) {
      assumeTrue(guest.hypervisor.supports(KvmCapability.SPLIT_IRQCHIP), "no split irqchip");

      guest.vm.enableCapability(KvmCapability.SPLIT_IRQCHIP, IOAPIC_PINS);

      KvmIoctlException second =
          assertThrows(KvmIoctlException.class, () -> guest.vm.createIrqchip());
      assertEquals(Errno.EEXIST, second.errno());
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VCPU)
  void paravirtualMsrs_areRefused_onceTheyMustBeInCpuid() {
    try (Guest guest = Guest.bare()) {
      assumeTrue(guest.hypervisor.supports(KvmCapability.ENFORCE_PV_FEATURE_CPUID), "none");
      GuestCpu cpu = guest.addCpu();
      CpuidTable withoutKvmClock =
          guest
              .hypervisor
              .supportedCpuid()
              .with(new CpuidEntry(KVM_CPUID_FEATURES, 0, 0, 0, 0, 0, 0));
      List<Msr> kvmClock = List.of(new Msr(MSR_KVM_SYSTEM_TIME_NEW, Guest.DATA | 1));

      cpu.on(
          () -> {
            cpu.vcpu.setCpuid(withoutKvmClock);
            cpu.vcpu.setMsrs(kvmClock);
            cpu.vcpu.enableCapability(KvmCapability.ENFORCE_PV_FEATURE_CPUID, 1);
            return 0;
          });

      KvmException refused =
          assertThrows(
              KvmException.class,
              () ->
                  cpu.on(
                      () -> {
                        cpu.vcpu.setMsrs(kvmClock);
                        return 0;
                      }));
      assertTrue(refused.getMessage().contains("refuses MSR 0x4b564d01"), refused.getMessage());
    }
  }
}
