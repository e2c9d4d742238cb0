package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.sys.Errno;

/** Each step from {@code /dev/kvm} to a machine that could run fails once. */
final class SetUpFailureTest {

  private final ScriptedKernel kernel = new ScriptedKernel();
  private final Buses buses = new Buses(mock(PioBus.class), mock(MmioBus.class));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "KVM_CREATE_VM | 16 | KVM_CREATE_VM on /dev/kvm: EBUSY (16). Is another hypervisor",
        "KVM_CREATE_VM | 12 | KVM_CREATE_VM on /dev/kvm: ENOMEM (12). The host is out of memory",
        "KVM_CREATE_VM | 24 | KVM_CREATE_VM on /dev/kvm: EMFILE (24). Too many files",
        "KVM_CREATE_VM | 23 | KVM_CREATE_VM on /dev/kvm: ENFILE (23). The host has too many files",
        "KVM_CREATE_VM | 22 | KVM_CREATE_VM on /dev/kvm: EINVAL (22). The kernel refuses the mach",
        "KVM_CREATE_VM | 1 | KVM_CREATE_VM on /dev/kvm: EPERM (1). The process lacks the permiss",
        "KVM_GET_VCPU_MMAP_SIZE | 25 | KVM_GET_VCPU_MMAP_SIZE on /dev/kvm: ENOTTY (25). This",
        "KVM_SET_TSS_ADDR | 22 | KVM_SET_TSS_ADDR on the VM: EINVAL (22). The kernel refuses",
        "KVM_SET_IDENTITY_MAP_ADDR | 22 | KVM_SET_IDENTITY_MAP_ADDR on the VM: EINVAL (22). The",
        "KVM_CREATE_IRQCHIP | 17 | KVM_CREATE_IRQCHIP on the VM: EEXIST (17). It exists already: a",
        "KVM_CREATE_PIT2 | 17 | KVM_CREATE_PIT2 on the VM: EEXIST (17). It exists already",
        "mmap | 12 | mmap of guest memory, 65536 bytes: ENOMEM (12). The host is out of memory",
        "KVM_SET_USER_MEMORY_REGION | 22 | KVM_SET_USER_MEMORY_REGION on the VM: EINVAL (22).",
        "KVM_IRQ_LINE | 6 | KVM_IRQ_LINE on the VM: ENXIO (6). KVM lacks this here, or the",
        "KVM_CREATE_VCPU | 17 | KVM_CREATE_VCPU on the VM: EEXIST (17). It exists already",
        "KVM_CREATE_VCPU | 22 | KVM_CREATE_VCPU on the VM: EINVAL (22). The id or the number of v",
        "KVM_CREATE_VCPU | 12 | KVM_CREATE_VCPU on the VM: ENOMEM (12). The host is out of memory",
        "KVM_CREATE_VCPU | 24 | KVM_CREATE_VCPU on the VM: EMFILE (24). Too many files are open",
        "KVM_CREATE_VCPU | 5 | KVM_CREATE_VCPU on the VM: EIO (5). A VM can be used only by the",
        "KVM_SET_CPUID2 | 7 | KVM_SET_CPUID2 on vCPU 1: E2BIG (7). That is more than",
        "KVM_SET_SREGS | 22 | KVM_SET_SREGS on vCPU 1: EINVAL (22).",
        "KVM_SET_REGS | 4 | KVM_SET_REGS on vCPU 1: EINTR (4). A signal came in between: make",
        "KVM_SET_REGS | 9 | KVM_SET_REGS on vCPU 1: EBADF (9). The descriptor is closed or of",
        "KVM_SET_REGS | 11 | KVM_SET_REGS on vCPU 1: EAGAIN (11). It cannot be done at this",
        "KVM_SET_REGS | 14 | KVM_SET_REGS on vCPU 1: EFAULT (14). Memory that it names is out",
        "KVM_SET_REGS | 28 | KVM_SET_REGS on vCPU 1: ENOSPC (28). A limit of KVM is reached:",
        "KVM_SET_REGS | 95 | KVM_SET_REGS on vCPU 1: EOPNOTSUPP (95). This KVM does not offer",
        "KVM_SET_REGS | 77 | KVM_SET_REGS on vCPU 1: errno (77). See the KVM API documentation",
      })
  void aFailedStep_saysWhatAndWhy_andNothingStaysOpen(String call, int errno, String message) {
    kernel.failsOnce(call, errno);

    KvmIoctlException failure = assertThrows(KvmIoctlException.class, this::setUpAll);

    assertTrue(failure.getMessage().startsWith(message), failure.getMessage());
    assertEquals(errno, failure.errno());
    assertTrue(failure.call().startsWith(call), failure.call());
    kernel.assertNothingOpen();
  }

  @ParameterizedTest
  @CsvSource({"0", "4096"})
  void aRunAreaTooSmallForWhatIsInIt_isRefused_beforeThereIsAVm(int sizeBytes) {
    kernel.next("KVM_GET_VCPU_MMAP_SIZE", argument -> sizeBytes);

    KvmException failure = assertThrows(KvmException.class, this::setUpAll);

    assertEquals(
        "KVM_GET_VCPU_MMAP_SIZE on /dev/kvm: a run area of %d bytes is less than 8192. Is it KVM?"
            .formatted(sizeBytes),
        failure.getMessage());
    kernel.assertNothingOpen();
  }

  @Test
  void theRunAreasMmapFails_andTheVcpuIsGivenBackAtOnce() {
    try (Hypervisor hypervisor = open();
        Vm vm = hypervisor.createVm()) {
      kernel.failsOnce("mmap", Errno.ENOMEM);

      KvmIoctlException failure =
          assertThrows(KvmIoctlException.class, () -> vm.createVcpu(0, buses));

      assertEquals(
          "mmap of vCPU run area, %d bytes: ENOMEM (12). The host is out of memory: "
                  .formatted(ScriptedKernel.RUN_AREA_BYTES)
              + "use less guest memory, or raise 'ulimit -v'.",
          failure.getMessage());
      assertEquals("close", last(kernel.calls()));
      vm.createVcpu(0, buses); // the id is free again
    }
    kernel.assertNothingOpen();
  }

  @Test
  void aRefusedSlot_isUnmappedAtOnce_andItsRangeIsFree() {
    try (Hypervisor hypervisor = open();
        Vm vm = hypervisor.createVm()) {
      kernel.failsOnce("KVM_SET_USER_MEMORY_REGION", Errno.EINVAL);
      assertThrows(KvmIoctlException.class, () -> vm.addMemory(0, 0x1000));

      assertEquals("munmap", last(kernel.calls()));
      assertEquals(0, vm.memory().sizeBytes());
      assertEquals(0, vm.addMemory(0, 0x1000).id());
    }
    kernel.assertNothingOpen();
  }

  @Test
  void aKernelWithoutHugePages_stillGivesMemory() {
    kernel.failsOnce("madvise", Errno.EINVAL);

    try (Hypervisor hypervisor = open();
        Vm vm = hypervisor.createVm()) {
      vm.addMemory(0, 0x1000);

      assertEquals(0x1000, vm.memory().sizeBytes());
    }
    kernel.assertNothingOpen();
  }

  @ParameterizedTest
  @MethodSource("reservations")
  void aRefusedReservation_leavesTheRangeFree(String call, Consumer<Vm> step) {
    try (Hypervisor hypervisor = open();
        Vm vm = hypervisor.createVm()) {
      kernel.failsOnce(call, Errno.EINVAL);
      assertThrows(KvmIoctlException.class, () -> step.accept(vm));

      assertEquals(0, vm.addMemory(0xf000_0000L, 0x10000).id());
    }
    kernel.assertNothingOpen();
  }

  static Stream<Arguments> reservations() {
    Consumer<Vm> tss = vm -> vm.setTssAddress(0xf000_0000L);
    Consumer<Vm> identityMap = vm -> vm.setIdentityMapAddress(0xf000_0000L);
    return Stream.of(
        Arguments.of("KVM_SET_TSS_ADDR", tss),
        Arguments.of("KVM_SET_IDENTITY_MAP_ADDR", identityMap));
  }

  /** Every step once. */
  private void setUpAll() {
    try (Hypervisor hypervisor = open();
        Vm vm = hypervisor.createVm()) {
      vm.setTssAddress(0xfffb_d000L);
      vm.setIdentityMapAddress(0xfffb_c000L);
      vm.createIrqchip();
      vm.createPit2(true);
      vm.addMemory(0, 0x10000);
      vm.setIrqLine(4, true);
      try (Vcpu vcpu = vm.createVcpu(1, buses)) {
        vcpu.setCpuid(hypervisor.supportedCpuid());
        vcpu.setSpecialRegisters(vcpu.specialRegisters());
        vcpu.setRegisters(vcpu.registers());
      }
    }
  }

  private Hypervisor open() {
    return KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);
  }

  private static String last(List<String> calls) {
    return calls.get(calls.size() - 1);
  }
}
