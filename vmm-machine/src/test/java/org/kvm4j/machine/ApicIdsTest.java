package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuTopology;
import org.kvm4j.KvmCapability;
import org.kvm4j.policy.VmOption;

final class ApicIdsTest {

  private static final Set<VmOption> OPTIONS =
      Set.of(VmOption.X2APIC_32_BIT_IDS, VmOption.X2APIC_NO_BROADCAST_QUIRK);

  private final MockKvm kvm = new MockKvm();

  private String refusal(CpuTopology topology) {
    return assertThrows(BootException.class, () -> ApicIds.prepare(kvm.vm, topology)).getMessage();
  }

  @Test
  void asManyAsKvmOffers_areTaken_andOneMoreIsRefusedWithTheNumber() {
    ApicIds.prepare(kvm.vm, CpuTopology.ofCores(1024));

    assertEquals(
        "1025 vCPUs: this host's KVM offers at most 1024. Choose that or fewer.",
        refusal(CpuTopology.ofCores(1025)));
  }

  @Test
  void idAboveWhatKvmOffers_isRefusedWithBoth() {
    kvm.offer(1024, 1024);
    ApicIds.prepare(kvm.vm, new CpuTopology(16, 5, 5));

    assertEquals(
        "425 vCPUs in 17 sockets of 5 cores of 5 threads: their last APIC id is 1060, and this"
            + " host's KVM offers ids up to 1023. Choose fewer, or powers of two.",
        refusal(new CpuTopology(17, 5, 5)));
  }

  /** Documentation/virt/kvm/api.rst, KVM_CREATE_VCPU. */
  @Test
  void kvmThatDoesNotSay_hasWhatTheApiSays() {
    kvm.offer(0, 0);
    ApicIds.prepare(kvm.vm, CpuTopology.ofCores(4));
    refusal(CpuTopology.ofCores(5));

    when(kvm.vm.checkExtension(KvmCapability.NR_VCPUS.number())).thenReturn(8);
    ApicIds.prepare(kvm.vm, CpuTopology.ofCores(8));
    refusal(CpuTopology.ofCores(9));
  }

  @Test
  void wideIds_areSwitchedOn_onlyWhereThereAreSome() {
    ApicIds.prepare(kvm.vm, CpuTopology.ofCores(255));
    verify(kvm.policy, never()).enable(any());

    ApicIds.prepare(kvm.vm, CpuTopology.ofCores(256));
    verify(kvm.policy).enable(OPTIONS);
  }
}
