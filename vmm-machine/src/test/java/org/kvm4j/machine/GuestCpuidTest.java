package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuTopology;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;

final class GuestCpuidTest {

  private static final int TSC_DEADLINE = 1 << 24;
  private static final int HYPERVISOR = 1 << 31;
  private static final int SSE3 = 1;
  private static final CpuidEntry MAX_LEAF = new CpuidEntry(0, 0, 0, 7, 0, 0, 0);
  private static final CpuidEntry FEATURES = new CpuidEntry(1, 0, 0, 0x600f12, 0, SSE3, 0);

  private final Hypervisor hypervisor = mock(Hypervisor.class);

  private CpuidEntry features(int id, int vcpus) {
    return new GuestCpuid(hypervisor, false)
        .forVcpu(id, CpuTopology.ofCores(vcpus))
        .find(1, 0)
        .orElseThrow();
  }

  @Test
  void deadlineTimer_isOffered_whenKvmHasIt() {
    when(hypervisor.supportedCpuid()).thenReturn(new CpuidTable(List.of(MAX_LEAF, FEATURES)));
    when(hypervisor.supports(KvmCapability.TSC_DEADLINE_TIMER)).thenReturn(true);

    CpuidEntry features = features(0, 1);

    assertEquals(SSE3 | TSC_DEADLINE | HYPERVISOR, features.ecx());
    assertEquals(FEATURES.eax(), features.eax());
  }

  @Test
  void deadlineTimer_isNotOffered_whenKvmLacksIt() {
    when(hypervisor.supportedCpuid()).thenReturn(new CpuidTable(List.of(MAX_LEAF, FEATURES)));

    assertEquals(SSE3 | HYPERVISOR, features(0, 1).ecx());
  }

  @Test
  void eachVcpu_hasItsOwnApicId() {
    when(hypervisor.supportedCpuid()).thenReturn(new CpuidTable(List.of(MAX_LEAF, FEATURES)));

    assertEquals(0, features(0, 4).ebx() >>> 24);
    assertEquals(3, features(3, 4).ebx() >>> 24);
    assertEquals(4, features(3, 4).ebx() >>> 16 & 0xff);
  }

  @Test
  void tableWithoutFeatures_staysWithout() {
    when(hypervisor.supportedCpuid()).thenReturn(new CpuidTable(List.of(MAX_LEAF)));
    when(hypervisor.supports(KvmCapability.TSC_DEADLINE_TIMER)).thenReturn(true);

    assertTrue(
        new GuestCpuid(hypervisor, false).forVcpu(0, CpuTopology.ofCores(1)).find(1, 0).isEmpty());
  }
}
