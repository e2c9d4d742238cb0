package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MceCapabilities;
import org.kvm4j.Msr;
import org.kvm4j.MsrRefusedException;
import org.kvm4j.RunAreaLayout;
import org.kvm4j.TraceCommand;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.abi.KvmMsrList;
import org.kvm4j.core.abi.KvmMsrs;
import org.kvm4j.core.sys.Errno;

/** What the host is asked through {@code /dev/kvm}, and what is made of its answers. */
final class HostQueriesTest {

  private final ScriptedKernel kernel = new ScriptedKernel();
  private final Hypervisor hypervisor = KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);

  @AfterEach
  void everythingIsGivenBack() {
    hypervisor.close();
    kernel.assertNothingOpen();
  }

  static Stream<Arguments> cpuidQueries() {
    Function<Hypervisor, CpuidTable> supported = Hypervisor::supportedCpuid;
    Function<Hypervisor, CpuidTable> emulated = Hypervisor::emulatedCpuid;
    Function<Hypervisor, CpuidTable> hyperv = Hypervisor::supportedHypervCpuid;
    return Stream.of(
        Arguments.of("KVM_GET_SUPPORTED_CPUID", supported),
        Arguments.of("KVM_GET_EMULATED_CPUID", emulated),
        Arguments.of("KVM_GET_SUPPORTED_HV_CPUID", hyperv));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cpuidQueries")
  void cpuid_thatDoesNotFit_isAskedForAgainWithTwiceTheRoom(
      String call, Function<Hypervisor, CpuidTable> query) {
    List<Integer> rooms = new ArrayList<>();
    kernel.always(
        call,
        argument -> {
          int room = kernel.at(argument, KvmCpuid2.SIZEOF).getInt(KvmCpuid2.NENT);
          rooms.add(room);
          if (room < 200) {
            return -Errno.E2BIG; // and the count stays what it was
          }
          ByteBuffer cpuid = kernel.at(argument, KvmCpuid2.sizeBytes(1));
          cpuid.putInt(KvmCpuid2.NENT, 1);
          int at = KvmCpuid2.ENTRIES;
          cpuid.putInt(at + KvmCpuid2.ENTRY_FUNCTION, 0x4000_0001);
          cpuid.putInt(at + KvmCpuid2.ENTRY_INDEX, 2).putInt(at + KvmCpuid2.ENTRY_FLAGS, 1);
          cpuid.putInt(at + KvmCpuid2.ENTRY_EAX, 4).putInt(at + KvmCpuid2.ENTRY_EBX, 5);
          cpuid.putInt(at + KvmCpuid2.ENTRY_ECX, 6).putInt(at + KvmCpuid2.ENTRY_EDX, 7);
          return 0;
        });

    assertEquals(
        List.of(new CpuidEntry(0x4000_0001, 2, 1, 4, 5, 6, 7)), query.apply(hypervisor).entries());
    assertEquals(List.of(128, 256), rooms);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cpuidQueries")
  void cpuid_thatNeverFits_isGivenUp(String call, Function<Hypervisor, CpuidTable> query) {
    kernel.always(call, argument -> -Errno.E2BIG);

    KvmIoctlException failure =
        assertThrows(KvmIoctlException.class, () -> query.apply(hypervisor));

    assertEquals(
        call + " on /dev/kvm: E2BIG (7). The kernel has more entries than fit.",
        failure.getMessage());
    assertTrue(count(call) < 20, "the room is bounded");
  }

  @ParameterizedTest
  @ValueSource(ints = {129, Integer.MAX_VALUE, -1})
  void aCountBeyondTheRoom_isNotBelieved(int told) {
    kernel.next(
        "KVM_GET_EMULATED_CPUID",
        argument -> {
          kernel.at(argument, KvmCpuid2.SIZEOF).putInt(KvmCpuid2.NENT, told);
          return 0;
        });

    assertEquals(
        "KVM_GET_EMULATED_CPUID on /dev/kvm: the kernel tells of %s entries where there is room"
                .formatted(Integer.toUnsignedString(told))
            + " for 128. Update the kernel.",
        assertThrows(KvmException.class, hypervisor::emulatedCpuid).getMessage());
  }

  @Test
  void msrFeatureIndexList_takesTheCountFromE2big() {
    kernel.next(
        "KVM_GET_MSR_FEATURE_INDEX_LIST",
        argument -> {
          kernel.at(argument, KvmMsrList.SIZEOF).putInt(KvmMsrList.NMSRS, 2);
          return -Errno.E2BIG;
        },
        argument -> {
          ByteBuffer list = kernel.at(argument, KvmMsrList.INDICES + 2 * Integer.BYTES);
          assertEquals(2, list.getInt(KvmMsrList.NMSRS));
          list.putInt(4, 0x10a).putInt(8, 0xc001_1029);
          return 0;
        });

    assertEquals(List.of(0x10a, 0xc001_1029), hypervisor.msrFeatureIndexList());
  }

  @Test
  void aListOfMsrsThatGrewMeanwhile_isAskedForOnceMore() {
    kernel.next(
        "KVM_GET_MSR_INDEX_LIST",
        argument -> tooLittleRoom(argument, 1),
        argument -> tooLittleRoom(argument, 2),
        argument -> {
          kernel.at(argument, 12).putInt(4, 0x10).putInt(8, 0x11);
          return 0;
        });

    assertEquals(List.of(0x10, 0x11), hypervisor.msrIndexList());
  }

  @Test
  void featureMsrs_areReadInTheOrderAskedFor() {
    answerMsrsWithTheirIndexTimes3();

    assertEquals(
        List.of(new Msr(0x10a, 0x31e), new Msr(0xc001_1029, 0x2_4003_307bL)),
        hypervisor.featureMsrs(List.of(0x10a, 0xc001_1029)));
  }

  @Test
  void featureMsrs_areReadInAsManyCallsAsKvmNeeds() {
    List<Integer> counts = answerMsrsWithTheirIndexTimes3();
    List<Integer> indices = IntStream.rangeClosed(1, 300).boxed().toList();

    List<Msr> values = hypervisor.featureMsrs(indices);

    assertEquals(List.of(255, 45), counts, "KVM takes fewer than 256");
    assertEquals(indices, values.stream().map(Msr::index).toList());
    assertEquals(new Msr(255, 765), values.get(254));
    assertEquals(new Msr(256, 768), values.get(255));
    assertEquals(new Msr(300, 900), values.get(299));
  }

  @Test
  void noFeatureMsrs_areNoCall() {
    assertEquals(List.of(), hypervisor.featureMsrs(List.of()));
    assertEquals(0, count("KVM_GET_MSRS"));
  }

  @Test
  void aFeatureMsrThatKvmRefuses_isNamed() {
    kernel.next("KVM_GET_MSRS", argument -> 1);

    MsrRefusedException refused =
        assertThrows(
            MsrRefusedException.class, () -> hypervisor.featureMsrs(List.of(0x10a, 0xc001_1029)));

    assertEquals(
        "KVM_GET_MSRS on /dev/kvm: KVM refuses MSR 0xc0011029. Leave it out on this host.",
        refused.getMessage());
    assertEquals(0xc001_1029, refused.index());
    assertEquals(1, refused.position());
  }

  @Test
  void mceCapabilities_areTheMaskAndTheNumberOfBanks() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == KvmCapability.MCE.number() ? 32 : 0);
    kernel.next(
        "KVM_X86_GET_MCE_CAP_SUPPORTED",
        argument -> {
          kernel.at(argument, Long.BYTES).putLong(0, 0x8100_0100L);
          return 0;
        });

    MceCapabilities mce = hypervisor.mceCapabilities();

    assertEquals(new MceCapabilities(0x8100_0100L, 32), mce);
    assertTrue(mce.has(MceCapabilities.MCG_CTL_P | MceCapabilities.MCG_SER_P));
    assertFalse(mce.has(MceCapabilities.MCG_CTL_P | MceCapabilities.MCG_LMCE_P));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 256})
  void moreBanksThanTheRegisterCounts_areRefused(int banks) {
    assertEquals(
        banks + " machine check banks: use 0 to 255",
        assertThrows(IllegalArgumentException.class, () -> new MceCapabilities(0, banks))
            .getMessage());
  }

  @Test
  void theRunArea_isTheRunPage_thePortPage_andTheRingPage() {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == 15 ? 2 : 0);

    assertEquals(
        new RunAreaLayout(3 * 4096, 4096, OptionalInt.of(2 * 4096)), hypervisor.runAreaLayout());
    assertEquals(3 * 4096, hypervisor.vcpuMmapSizeBytes());
  }

  @Test
  void theRunAreaOfAKvmWithoutCoalescing_hasNoRingPage() {
    kernel.always("KVM_CHECK_EXTENSION", number -> 0);
    kernel.always("KVM_GET_VCPU_MMAP_SIZE", argument -> 2 * 4096);

    assertEquals(
        new RunAreaLayout(2 * 4096, 4096, OptionalInt.empty()), hypervisor.runAreaLayout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0     | 2 | A run area of 0 bytes: use whole pages of 4096 bytes",
        "12289 | 2 | A run area of 12289 bytes: use whole pages of 4096 bytes",
        "4096  | 0 | The page of port data at 4096 of 4096 bytes: use a page of the area behind",
        "8192  | 2 | The coalesced ring at 8192 of 8192 bytes: use a page of the area behind",
        "12288 | 1 | The coalesced ring and the port data are both at 4096: give each a page",
        "12288 | 0x100001 | The coalesced ring at 2147483647 of 12288 bytes: use a page",
      })
  void aRunAreaThatDoesNotFit_isNotBelieved(int sizeBytes, int ringPage, String message) {
    kernel.always("KVM_CHECK_EXTENSION", number -> number == 15 ? ringPage : 0);
    kernel.always("KVM_GET_VCPU_MMAP_SIZE", argument -> sizeBytes);

    String failure = assertThrows(KvmException.class, hypervisor::runAreaLayout).getMessage();

    assertTrue(
        failure.startsWith(
            "KVM_GET_VCPU_MMAP_SIZE on /dev/kvm does not fit KVM_CAP_COALESCED_MMIO: " + message),
        failure);
  }

  @ParameterizedTest
  @CsvSource({
    "ENABLE, EOPNOTSUPP (95), " + Errno.EOPNOTSUPP,
    "PAUSE, EINVAL (22), " + Errno.EINVAL,
    "DISABLE, ENOTTY (25), " + Errno.ENOTTY,
  })
  void tracing_isRefusedByEveryKernel_andTheErrorNamesFtrace(
      TraceCommand command, String name, int errno) {
    kernel.failsOnce("KVM_TRACE_" + command, errno);

    assertEquals(
        "KVM_TRACE_%s on /dev/kvm: %s. KVM no longer traces like this: use the"
                .formatted(command, name)
            + " events of group kvm in /sys/kernel/tracing.",
        assertThrows(KvmIoctlException.class, () -> hypervisor.trace(command)).getMessage());
  }

  private List<Integer> answerMsrsWithTheirIndexTimes3() {
    List<Integer> counts = new ArrayList<>();
    kernel.always(
        "KVM_GET_MSRS",
        argument -> {
          int count = kernel.at(argument, KvmMsrs.SIZEOF).getInt(KvmMsrs.NMSRS);
          counts.add(count);
          ByteBuffer msrs = kernel.at(argument, KvmMsrs.ENTRIES + count * KvmMsrs.SIZEOF_ENTRY);
          for (int i = 0; i < count; i++) {
            int at = KvmMsrs.ENTRIES + i * KvmMsrs.SIZEOF_ENTRY;
            long index = Integer.toUnsignedLong(msrs.getInt(at + KvmMsrs.ENTRY_INDEX));
            msrs.putLong(at + KvmMsrs.ENTRY_DATA, 3 * index);
          }
          return count;
        });
    return counts;
  }

  private int tooLittleRoom(long argument, int needed) {
    kernel.at(argument, KvmMsrList.SIZEOF).putInt(KvmMsrList.NMSRS, needed);
    return -Errno.E2BIG;
  }

  private long count(String call) {
    return kernel.calls().stream().filter(call::equals).count();
  }
}
