package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.Buses;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.Ioctl;

/** What holds for each ioctl: it can fail in every way that the kernel documents, or be missing. */
final class EveryIoctlTest {

  /** Where the capability is missing an older ioctl does the same. */
  private static final Set<Ioctl> SERVED_BY_ANOTHER = Set.of(Ioctl.KVM_GET_XSAVE2);

  private final ScriptedKernel kernel = new ScriptedKernel();

  @ParameterizedTest(name = "{0}, errno {1}")
  @MethodSource("failures")
  void aFailure_saysWhatFailed_leavesNothingBehind_andTheCallCanBeMadeAgain(
      IoctlCall call, int errno) {
    try (ScriptedMachine machine = newMachine()) {
      kernel.failsOnce(call.ioctl().name(), errno);

      KvmIoctlException failure =
          assertThrows(KvmIoctlException.class, () -> call.action().accept(machine));

      assertEquals(errno, failure.errno());
      assertTrue(
          failure.getMessage().startsWith(call.ioctl() + " on "), () -> failure.getMessage());
      call.action().accept(machine);
    }
  }

  @ParameterizedTest
  @MethodSource("callsWithCapability")
  void aMissingCapability_isNamed_andTheKernelIsNotAsked(IoctlCall call) {
    KvmCapability needed = call.ioctl().capability(call.kind()).orElseThrow();
    try (ScriptedMachine machine = newMachine()) {
      kernel.offers(needed, 0);
      List<String> before = kernel.calls();

      KvmCapabilityException failure =
          assertThrows(KvmCapabilityException.class, () -> call.action().accept(machine));

      assertEquals(needed, failure.capability());
      List<String> made = kernel.calls().subList(before.size(), kernel.calls().size());
      assertFalse(made.contains(call.ioctl().name()), () -> made.toString());
    }
  }

  static Stream<Arguments> failures() {
    return IoctlCalls.all().stream()
        .flatMap(call -> call.errnos().stream().map(errno -> Arguments.of(call, errno)));
  }

  static Stream<IoctlCall> callsWithCapability() {
    return IoctlCalls.all().stream()
        .filter(call -> call.ioctl().capability(call.kind()).isPresent())
        .filter(call -> !SERVED_BY_ANOTHER.contains(call.ioctl()));
  }

  private ScriptedMachine newMachine() {
    return new ScriptedMachine(kernel, new Buses(mock(PioBus.class), mock(MmioBus.class)));
  }
}
