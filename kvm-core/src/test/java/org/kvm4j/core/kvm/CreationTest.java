package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import java.lang.reflect.Method;
import java.nio.Buffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.Vm;
import org.kvm4j.VmType;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;

/** From {@code /dev/kvm} to a VM to a vCPU, and back. */
final class CreationTest {

  private static final int VM_TYPES = KvmCapability.VM_TYPES.number();

  private final ScriptedKernel kernel = new ScriptedKernel();
  private final Hypervisor hypervisor = KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);
  private final Buses buses = new Buses(mock(PioBus.class), mock(MmioBus.class));

  @AfterEach
  void everythingIsGivenBack() {
    hypervisor.close();
    kernel.assertNothingOpen();
  }

  @Test
  void aVm_isOfMachineType0_unlessAskedOtherwise() {
    List<Long> types = typesAskedFor();
    kernel.always("KVM_CHECK_EXTENSION", number -> 0);

    hypervisor.createVm().close();
    hypervisor.createVm(VmType.DEFAULT).close();

    assertEquals(List.of(0L, 0L), types, "also where KVM cannot say which types it has");
  }

  @ParameterizedTest
  @EnumSource
  void aVmOfATypeThatKvmOffers_isCreatedByItsNumber(VmType type) {
    List<Long> types = typesAskedFor();
    kernel.always("KVM_CHECK_EXTENSION", number -> number == VM_TYPES ? 0b11_1111 : 0);

    hypervisor.createVm(type).close();

    assertEquals(List.of((long) type.number()), types);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.EXCLUDE,
      names = {"DEFAULT", "SEV_ES"})
  void aVmOfAnotherType_isRefused_withTheTypesOffered(VmType type) {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == VM_TYPES ? 0b1001 : 0);

    String message = assertThrows(KvmException.class, () -> hypervisor.createVm(type)).getMessage();

    assertEquals(
        "A VM of type %s: this KVM offers only DEFAULT, SEV_ES. Use one of these, or a host whose"
                .formatted(type)
            + " CPU has it and whose Linux is %s or later.".formatted(type.since()),
        message);
    assertFalse(kernel.calls().contains("KVM_CREATE_VM"), "KVM would only say EINVAL");
  }

  @Test
  void aKernelThatKnowsNoTypes_offersType0Alone() {
    kernel.always("KVM_CHECK_EXTENSION", number -> 0);

    assertEquals(Set.of(VmType.DEFAULT), hypervisor.vmTypes());
    assertTrue(
        assertThrows(KvmException.class, () -> hypervisor.createVm(VmType.SW_PROTECTED))
            .getMessage()
            .contains("this KVM offers only DEFAULT."));
  }

  @Test
  void vmTypes_areTheBitsOfTheMask_withoutThoseOfTheFuture() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == VM_TYPES ? 0x4000_0023 : 0);

    assertEquals(EnumSet.of(VmType.DEFAULT, VmType.SW_PROTECTED, VmType.TDX), hypervisor.vmTypes());
  }

  @Test
  void aNewVm_hasNeitherMemoryNorVcpus() {
    int before = kernel.calls().size();
    try (Vm vm = hypervisor.createVm()) {
      assertEquals(0, vm.memory().sizeBytes());
      assertEquals(
          List.of("KVM_GET_VCPU_MMAP_SIZE", "KVM_CREATE_VM"),
          kernel.calls().subList(before, kernel.calls().size()));
    }
  }

  @Test
  void aVm_answersForItself() {
    try (Vm vm = hypervisor.createVm()) {
      // The host's answer and the VM's, which may differ.
      kernel.next("KVM_CHECK_EXTENSION", number -> 1, number -> 0);

      assertTrue(hypervisor.supports(KvmCapability.X86_SMM));
      assertFalse(vm.supports(KvmCapability.X86_SMM));
    }
  }

  @Test
  void closing_givesBackTheVcpus_thenTheVm_thenItsMemory() {
    Vm vm = hypervisor.createVm();
    vm.addMemory(0, 0x1000);
    vm.createVcpu(0, buses);
    int before = kernel.calls().size();

    vm.close();

    // The kernel keeps a VM while one of its vCPUs is open: so the vCPU goes first.
    assertEquals(
        List.of("munmap", "close", "close", "munmap"),
        kernel.calls().subList(before, kernel.calls().size()));
  }

  @ParameterizedTest
  @CsvSource({"-1", "-2147483648"})
  void aNegativeVcpuId_isRefused(int id) {
    try (Vm vm = hypervisor.createVm()) {
      assertEquals(
          "vCPU id " + id + ": use an id from 0 on",
          assertThrows(IllegalArgumentException.class, () -> vm.createVcpu(id, buses))
              .getMessage());
      assertFalse(kernel.calls().contains("KVM_CREATE_VCPU"));
    }
  }

  /** mmap of a VM's descriptor is discouraged, and its memory is the caller's own. */
  @Test
  void aVmsDescriptor_cannotBeMapped_becauseNothingHandsItOut() {
    List<String> offers =
        Stream.of(Vm.class.getMethods())
            .filter(
                method ->
                    Buffer.class.isAssignableFrom(method.getReturnType())
                        || method.getName().matches("(?i).*(mmap|descriptor|fileno|fd)"))
            .map(Method::toString)
            .toList();

    assertEquals(List.of(), offers);
  }

  private List<Long> typesAskedFor() {
    List<Long> types = new ArrayList<>();
    kernel.always(
        "KVM_CREATE_VM",
        argument -> {
          types.add(argument);
          return 0;
        });
    return types;
  }
}
