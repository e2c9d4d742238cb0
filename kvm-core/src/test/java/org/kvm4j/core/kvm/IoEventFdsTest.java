package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.Refusals.refusedArgument;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmIoeventfd;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.io.EventFd;
import org.kvm4j.io.IoEventFdSpec;

/** Which writes signal an eventfd, to the kernel's struct. */
final class IoEventFdsTest {

  private final ScriptedKernel kernel = new ScriptedKernel();
  private final Hypervisor hypervisor = KvmHypervisor.open(kernel, ScriptedKernel.DEVICE);
  private final Vm vm = hypervisor.createVm();
  private final EventFd eventFd = hypervisor.createEventFd();
  private final List<String> seen = new ArrayList<>();

  @AfterEach
  void everythingIsGivenBack() {
    eventFd.close();
    vm.close();
    hypervisor.close();
    kernel.assertNothingOpen();
  }

  @ParameterizedTest
  @CsvSource({
    "true, 0xffff, 1, , 2",
    "true, 0xfffc, 4, 0xfedcba98, 3",
    "true, 0x80, 0, , 2",
    "false, 0x7fffffff00000004, 8, -1, 1",
    "false, -16, 8, , 0",
    "false, 0xd0000000, 0, , 0",
    "false, 0xd0000000, 2, 0xffff, 1",
  })
  void whatIsConnected_isDisconnectedWithTheSameNumbers(
      boolean port, long address, int length, Long match, int flags) {
    recordCalls();
    IoEventFdSpec writes =
        new IoEventFdSpec(
            port, address, length, match == null ? OptionalLong.empty() : OptionalLong.of(match));

    vm.ioEventFds().connect(eventFd, writes);
    vm.ioEventFds().disconnect(eventFd, writes);

    String numbers = "0x%x + %d = 0x%x".formatted(address, length, match == null ? 0L : match);
    assertEquals(List.of(numbers + " flags " + flags, numbers + " flags " + (flags | 4)), seen);
  }

  @Test
  void theEventFdsNumber_goesToTheKernel() {
    int number = ((KvmEventFd) eventFd).enter();
    ((KvmEventFd) eventFd).leave();
    kernel.next(
        "KVM_IOEVENTFD",
        argument -> {
          assertEquals(number, kernel.at(argument, KvmIoeventfd.SIZEOF).getInt(KvmIoeventfd.FD));
          return 0;
        });

    vm.ioEventFds().connect(eventFd, IoEventFdSpec.port(0x80, 2));

    assertTrue(kernel.calls().contains("KVM_IOEVENTFD"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | 0x10000 | 1 | port 0x10000, 1 bytes: stay within 0 to 0xffff",
        "true | 0x10000 | 0 | port 0x10000, 0 bytes: stay within 0 to 0xffff",
        "true | -1 | 1 | port 0xffffffffffffffff, 1 bytes: stay within 0 to 0xffff",
        "true | 0xffff | 2 | port 0xffff, 2 bytes: stay within 0 to 0xffff",
        "true | 0x80 | 8 | a port of 8 bytes: use 1, 2, 4, or 0 for any length",
        "false | 0x80 | 3 | memory of 3 bytes: use 1, 2, 4, 8, or 0 for any length",
        "false | 0x80 | 16 | memory of 16 bytes: use 1, 2, 4, 8, or 0 for any length",
        "false | 0x80 | -1 | memory of -1 bytes: use 1, 2, 4, 8, or 0 for any length",
        "false | -1 | 1 | memory at 0xffffffffffffffff, 1 bytes: the range reaches the end of the"
            + " address space",
      })
  void aRangeThatCannotBe_isRefused(boolean port, long address, int length, String message) {
    assertEquals(
        message,
        refusedArgument(() -> new IoEventFdSpec(port, address, length, OptionalLong.empty())));
  }

  @Test
  void aValueThatNoWriteHas_isRefused() {
    assertEquals(
        "0x100 does not fit in 1 bytes: no write can match it",
        refusedArgument(() -> IoEventFdSpec.port(0x80, 1).matching(0x100)));
    assertEquals(
        "0xffffffffffffffff does not fit in 4 bytes: no write can match it",
        refusedArgument(() -> IoEventFdSpec.memory(0x80, 4).matching(-1)));
    assertEquals(
        "a value can be matched only with a length: name one",
        refusedArgument(() -> IoEventFdSpec.port(0x80, 0).matching(0)));
  }

  @Test
  void anyLength_needsItsCapability() {
    kernel.offers(KvmCapability.IOEVENTFD_ANY_LENGTH, 0);

    KvmCapabilityException failure =
        assertThrows(
            KvmCapabilityException.class,
            () -> vm.ioEventFds().connect(eventFd, IoEventFdSpec.memory(0x1000, 0)));

    assertEquals(KvmCapability.IOEVENTFD_ANY_LENGTH, failure.capability());
    vm.ioEventFds().connect(eventFd, IoEventFdSpec.memory(0x1000, 1));
  }

  @Test
  void disconnectingWhatIsNot_saysSo() {
    kernel.failsOnce("KVM_IOEVENTFD", Errno.ENOENT);

    KvmIoctlException failure =
        assertThrows(
            KvmIoctlException.class,
            () -> vm.ioEventFds().disconnect(eventFd, IoEventFdSpec.port(0x80, 1)));

    assertEquals(
        "KVM_IOEVENTFD on the VM: ENOENT (2). There is none like this: name it as it was made.",
        failure.getMessage());
  }

  @Test
  void aForeignOrClosedEventFd_isRefused() {
    IoEventFdSpec writes = IoEventFdSpec.port(0x80, 1);
    try (EventFd foreign = mock(EventFd.class)) {
      refusedArgument(() -> vm.ioEventFds().connect(foreign, writes));
    }
    eventFd.close();

    assertThrows(IllegalStateException.class, () -> vm.ioEventFds().connect(eventFd, writes));
  }

  private void recordCalls() {
    kernel.always(
        "KVM_IOEVENTFD",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmIoeventfd.SIZEOF);
          seen.add(
              "0x%x + %d = 0x%x flags %d"
                  .formatted(
                      b.getLong(KvmIoeventfd.ADDR),
                      b.getInt(KvmIoeventfd.LEN),
                      b.getLong(KvmIoeventfd.DATAMATCH),
                      b.getInt(KvmIoeventfd.FLAGS)));
          return 0;
        });
  }
}
