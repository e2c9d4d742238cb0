package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MceCapabilities;
import org.kvm4j.Msr;
import org.kvm4j.MsrRefusedException;
import org.kvm4j.RunAreaLayout;
import org.kvm4j.TraceCommand;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.testkit.RequiresKvm;

/** What the host's KVM says of itself on {@code /dev/kvm}. */
@RequiresKvm
final class HostIT {

  private static final int NO_CAPABILITY = 0x7fff_0000;
  private static final int NO_MSR = 0x4321_0000;
  private static final int MSR_EFER = 0xc000_0080;

  private final Hypervisor hypervisor = ObservedKvm.open();

  @AfterEach
  void close() {
    hypervisor.close();
  }

  @Test
  @Exercises(value = Ioctl.KVM_GET_API_VERSION, on = FdKind.SYSTEM)
  void theApi_isVersion12() {
    assertEquals(12, hypervisor.apiVersion());
  }

  @Test
  @Exercises(value = Ioctl.KVM_CHECK_EXTENSION, on = FdKind.SYSTEM)
  @Exercises(value = Ioctl.KVM_CHECK_EXTENSION, on = FdKind.VM)
  void capabilities_areNumbers_andAnUnknownOneIs0() {
    try (Vm vm = hypervisor.createVm()) {
      assertTrue(hypervisor.supports(KvmCapability.USER_MEMORY));
      assertTrue(vm.supports(KvmCapability.USER_MEMORY));
      assertTrue(vm.checkExtension(KvmCapability.MAX_VCPUS.number()) >= 1);
      assertEquals(0, hypervisor.checkExtension(NO_CAPABILITY));
      assertEquals(0, vm.checkExtension(NO_CAPABILITY));
    }
  }

  @Test
  @Exercises(value = Ioctl.KVM_GET_VCPU_MMAP_SIZE, on = FdKind.SYSTEM)
  void theRunArea_isTheRunPage_thePortPage_andTheRingPage() {
    RunAreaLayout layout = hypervisor.runAreaLayout();

    assertEquals(hypervisor.vcpuMmapSizeBytes(), layout.sizeBytes());
    assertEquals(RunAreaLayout.PAGE_BYTES, layout.pioOffsetBytes());
    assertEquals(
        hypervisor.supports(KvmCapability.COALESCED_MMIO),
        layout.coalescedRingOffsetBytes().isPresent());
    // Nothing else is in it.
    int pages = layout.coalescedRingOffsetBytes().isPresent() ? 3 : 2;
    assertEquals(pages * RunAreaLayout.PAGE_BYTES, layout.sizeBytes());
  }

  @Test
  @Exercises(value = Ioctl.KVM_GET_SUPPORTED_CPUID, on = FdKind.SYSTEM)
  void supportedCpuid_beginsWithTheVendorAndTheHighestLeaf() {
    CpuidTable table = hypervisor.supportedCpuid();

    CpuidEntry first = table.find(0, 0).orElseThrow();
    assertTrue(first.eax() >= 1, first::toString);
    assertTrue(table.find(1, 0).isPresent());
    assertTrue(table.find(0x8000_0001, 0).isPresent());
  }

  @Test
  @Exercises(value = Ioctl.KVM_GET_EMULATED_CPUID, on = FdKind.SYSTEM)
  void emulatedCpuid_hasMovbe_whichEveryKvmEmulates() {
    CpuidTable table = hypervisor.emulatedCpuid();

    int movbe = 1 << 22;
    CpuidEntry features = table.find(1, 0).orElseThrow();
    assertEquals(movbe, features.ecx() & movbe, features::toString);
  }

  @Test
  @Exercises(value = Ioctl.KVM_GET_SUPPORTED_HV_CPUID, on = FdKind.SYSTEM)
  void supportedHypervCpuid_beginsWithTheHighestHypervLeaf() {
    CpuidTable table = hypervisor.supportedHypervCpuid();

    CpuidEntry first = table.find(0x4000_0000, 0).orElseThrow();
    assertTrue(Integer.compareUnsigned(first.eax(), 0x4000_0005) >= 0, first::toString);
    int identity = table.find(0x4000_0001, 0).orElseThrow().eax();
    assertEquals(0x3123_7648, identity, "Hv#1");
  }

  @Test
  @Exercises(value = Ioctl.KVM_GET_MSR_INDEX_LIST, on = FdKind.SYSTEM)
  void msrIndexList_namesEachMsrOnce() {
    List<Integer> indices = hypervisor.msrIndexList();

    assertFalse(indices.isEmpty());
    assertEquals(indices.size(), indices.stream().distinct().count());
  }

  @Test
  @Exercises(
      value = {Ioctl.KVM_GET_MSR_FEATURE_INDEX_LIST, Ioctl.KVM_GET_MSRS},
      on = FdKind.SYSTEM)
  void featureMsrs_areAllReadable_andStayTheSame() {
    List<Integer> indices = hypervisor.msrFeatureIndexList();
    assertFalse(indices.isEmpty());

    List<Msr> values = hypervisor.featureMsrs(indices);

    assertEquals(indices, values.stream().map(Msr::index).toList());
    assertEquals(values, hypervisor.featureMsrs(indices));
  }

  @Test
  @Exercises(value = Ioctl.KVM_GET_MSRS, on = FdKind.SYSTEM)
  void anMsrThatIsNoFeature_isRefused_byName() {
    assertFalse(hypervisor.msrFeatureIndexList().contains(MSR_EFER));
    for (int index : List.of(MSR_EFER, NO_MSR)) {
      MsrRefusedException refused =
          assertThrows(MsrRefusedException.class, () -> hypervisor.featureMsrs(List.of(index)));

      assertEquals(index, refused.index());
    }
  }

  @Test
  @Exercises(value = Ioctl.KVM_X86_GET_MCE_CAP_SUPPORTED, on = FdKind.SYSTEM)
  void machineChecks_haveBanks_andAControlRegister() {
    MceCapabilities mce = hypervisor.mceCapabilities();

    assertTrue(mce.bankCount() >= 1, mce::toString);
    assertTrue(mce.has(MceCapabilities.MCG_CTL_P), mce::toString);
    assertEquals(0, mce.mask() & 0xff, "the bank count is not in the mask");
  }

  @Test
  @Exercises(
      value = {Ioctl.KVM_TRACE_ENABLE, Ioctl.KVM_TRACE_PAUSE, Ioctl.KVM_TRACE_DISABLE},
      on = FdKind.SYSTEM,
      refused = true)
  void tracing_isRefused_andTheErrorNamesFtrace() {
    for (TraceCommand command : TraceCommand.values()) {
      KvmIoctlException refused =
          assertThrows(KvmIoctlException.class, () -> hypervisor.trace(command));

      // EOPNOTSUPP up to Linux 6.1; later kernels no longer know the numbers.
      assertTrue(
          List.of(Errno.EOPNOTSUPP, Errno.EINVAL, Errno.ENOTTY).contains(refused.errno()),
          refused.getMessage());
      assertTrue(refused.getMessage().contains("/sys/kernel/tracing"), refused.getMessage());
    }
  }
}
