package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.CpuidEntry;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.KvmUnavailableException;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.abi.KvmMsrList;
import org.kvm4j.core.sys.Errno;

/** {@code /dev/kvm} itself: opening it and what it says of the host. */
final class OpeningTest {

  private final ScriptedKernel kernel = new ScriptedKernel();

  @AfterEach
  void everythingIsGivenBack() {
    kernel.assertNothingOpen();
  }

  @ParameterizedTest
  @CsvSource({
    Errno.ENOENT + ", ENOENT (2), load kvm_intel or kvm_amd",
    Errno.ENODEV + ", ENODEV (19), load kvm_intel or kvm_amd",
    Errno.EACCES + ", EACCES (13), sudo usermod -aG kvm",
    Errno.EPERM + ", EPERM (1), sudo usermod -aG kvm",
    Errno.ENXIO + ", ENXIO (6), load kvm_intel or kvm_amd",
    Errno.EMFILE + ", EMFILE (24), ulimit -n",
    Errno.ENFILE + ", ENFILE (23), fs.file-max",
    Errno.EBUSY + ", EBUSY (16), end that",
    Errno.EISDIR + ", EISDIR (21), Check that it is the KVM character device"
  })
  void refusedOpen_saysWhyAndWhatToDo(int errno, String name, String advice) {
    kernel.failsOnce("open", errno);

    String message = unavailable();

    assertTrue(message.startsWith("Cannot open /dev/kvm: " + name + ". "), message);
    assertTrue(message.contains(advice), message);
  }

  @Test
  void anotherApiVersion_isRefused() {
    kernel.next("KVM_GET_API_VERSION", argument -> 13);

    assertEquals(
        "/dev/kvm has KVM API version 13, not 12. Use a kernel of this decade.", unavailable());
  }

  @Test
  void aDeviceThatIsNotKvm_isRefused() {
    kernel.failsOnce("KVM_GET_API_VERSION", Errno.ENOTTY);

    assertEquals(
        "/dev/kvm is not KVM: KVM_GET_API_VERSION gives ENOTTY (25). Name the KVM device.",
        unavailable());
  }

  @Test
  void capabilities_areAskedForByNumber() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == 9 ? 4 : number == 33 ? 1 : 0);

    try (Hypervisor hypervisor = open()) {
      assertEquals(4, hypervisor.checkExtension(KvmCapability.NR_VCPUS.number()));
      assertTrue(hypervisor.supports(KvmCapability.PIT2));
      assertFalse(hypervisor.supports(KvmCapability.IRQFD));
    }
  }

  @Test
  void supportedCpuid_asksAgainWithTwiceTheRoom_untilItFits() {
    kernel.always(
        "KVM_GET_SUPPORTED_CPUID",
        argument -> {
          ByteBuffer room = kernel.at(argument, KvmCpuid2.SIZEOF);
          if (room.getInt(KvmCpuid2.NENT) < 512) {
            return -Errno.E2BIG;
          }
          ByteBuffer cpuid = kernel.at(argument, KvmCpuid2.sizeBytes(2));
          cpuid.putInt(KvmCpuid2.NENT, 2);
          putEntry(cpuid, KvmCpuid2.sizeBytes(0), 0, 0x10);
          putEntry(cpuid, KvmCpuid2.sizeBytes(1), 0x8000_0000, 0x8000_001f);
          return 0;
        });

    try (Hypervisor hypervisor = open()) {
      assertEquals(
          List.of(
              new CpuidEntry(0, 0, 0, 0x10, 2, 3, 4),
              new CpuidEntry(0x8000_0000, 0, 0, 0x8000_001f, 2, 3, 4)),
          hypervisor.supportedCpuid().entries());
    }
    assertEquals(3, count("KVM_GET_SUPPORTED_CPUID"), "128, 256, 512");
  }

  @Test
  void supportedCpuid_givesUp_whenTheKernelNeverHasEnough() {
    kernel.always("KVM_GET_SUPPORTED_CPUID", argument -> -Errno.E2BIG);

    try (Hypervisor hypervisor = open()) {
      KvmIoctlException failure = assertThrows(KvmIoctlException.class, hypervisor::supportedCpuid);
      assertEquals(Errno.E2BIG, failure.errno());
    }
    assertTrue(count("KVM_GET_SUPPORTED_CPUID") < 20, "the room is bounded");
  }

  @Test
  void supportedCpuid_withAnotherError_doesNotAskAgain() {
    kernel.failsOnce("KVM_GET_SUPPORTED_CPUID", Errno.ENOMEM);

    try (Hypervisor hypervisor = open()) {
      assertThrows(KvmIoctlException.class, hypervisor::supportedCpuid);
    }
    assertEquals(1, count("KVM_GET_SUPPORTED_CPUID"));
  }

  @Test
  void msrIndexList_takesTheCountFromE2big() {
    kernel.next(
        "KVM_GET_MSR_INDEX_LIST",
        argument -> {
          kernel.at(argument, KvmMsrList.SIZEOF).putInt(KvmMsrList.NMSRS, 3);
          return -Errno.E2BIG;
        },
        argument -> {
          ByteBuffer list = kernel.at(argument, KvmMsrList.INDICES + 3 * Integer.BYTES);
          assertEquals(3, list.getInt(KvmMsrList.NMSRS));
          list.putInt(4, 0x10).putInt(8, 0x174).putInt(12, 0xc000_0080);
          return 0;
        });

    try (Hypervisor hypervisor = open()) {
      assertEquals(List.of(0x10, 0x174, 0xc000_0080), hypervisor.msrIndexList());
    }
  }

  @Test
  void msrIndexList_boundsTheRoomItGives() {
    kernel.next(
        "KVM_GET_MSR_INDEX_LIST",
        argument -> {
          kernel.at(argument, KvmMsrList.SIZEOF).putInt(KvmMsrList.NMSRS, Integer.MAX_VALUE);
          return -Errno.E2BIG;
        },
        argument -> -Errno.E2BIG);

    try (Hypervisor hypervisor = open()) {
      assertThrows(KvmIoctlException.class, hypervisor::msrIndexList);
    }
  }

  @Test
  void afterClose_everyCallSaysSo_andClosingAgainDoesNothing() {
    Hypervisor hypervisor = open();
    hypervisor.close();
    hypervisor.close();

    for (Runnable call :
        List.<Runnable>of(
            hypervisor::createVm, hypervisor::supportedCpuid, hypervisor::msrIndexList)) {
      assertEquals(
          "/dev/kvm is closed", assertThrows(IllegalStateException.class, call::run).getMessage());
    }
  }

  @Test
  void aVm_outlivesTheHypervisorItCameFrom() {
    Hypervisor hypervisor = open();
    Vm vm = hypervisor.createVm();
    hypervisor.close();

    vm.createIrqchip();
    vm.close();

    assertEquals(1, count("KVM_CREATE_IRQCHIP"));
  }

  private Hypervisor open() {
    return KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);
  }

  private String unavailable() {
    return assertThrows(KvmUnavailableException.class, this::open).getMessage();
  }

  private long count(String call) {
    return kernel.calls().stream().filter(call::equals).count();
  }

  private static void putEntry(ByteBuffer cpuid, int at, int function, int eax) {
    cpuid.putInt(at + KvmCpuid2.ENTRY_FUNCTION, function);
    cpuid.putInt(at + KvmCpuid2.ENTRY_EAX, eax);
    cpuid.putInt(at + KvmCpuid2.ENTRY_EBX, 2);
    cpuid.putInt(at + KvmCpuid2.ENTRY_ECX, 3);
    cpuid.putInt(at + KvmCpuid2.ENTRY_EDX, 4);
  }
}
