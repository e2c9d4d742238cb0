package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.after;
import static org.kvm4j.core.kvm.ScriptedExit.error;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;
import static org.kvm4j.core.kvm.ScriptedExit.mmioRead;
import static org.kvm4j.core.kvm.ScriptedExit.mmioWrite;
import static org.kvm4j.core.kvm.ScriptedExit.pioIn;
import static org.kvm4j.core.kvm.ScriptedExit.pioOut;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.kvm.ScriptedExit.Answered;
import org.kvm4j.core.sys.Errno;
import org.mockito.InOrder;

/** From struct kvm_run to the buses and back. */
final class RunLoopTest {

  private static final long BYTES_8 = 0x8877_6655_4433_2211L;

  private final PioBus pio = mock(PioBus.class);
  private final MmioBus mmio = mock(MmioBus.class);
  @AutoClose private final ScriptedMachine machine = new ScriptedMachine(new Buses(pio, mmio));
  private final ScriptedKernel kernel = machine.kernel;

  @Test
  void out_writesToThePort() {
    kernel.exits(pioOut(0x3f8, 1, 'H'), hlt());

    machine.vcpu.run();

    verify(pio).write(0x3f8, 1, 'H');
    verifyNoMoreInteractions(pio, mmio);
  }

  @ParameterizedTest
  @CsvSource({"0x0, 1, 0xff", "0xcf8, 4, 0xfedcba98", "0xffff, 2, 0x8000"})
  void out_handsOverPortSizeAndZeroExtendedValue(int port, int size, long value) {
    kernel.exits(pioOut(port, size, value), hlt());

    machine.vcpu.run();

    verify(pio).write(port, size, (int) value);
  }

  @ParameterizedTest
  @CsvSource({"1, 0xa5", "2, 0xa55a", "4, 0xdeadbeef"})
  void in_givesTheGuestWhatThePortAnswers(int size, long value) {
    when(pio.read(0x60, size)).thenReturn((int) value);
    Answered in = pioIn(0x60, size, 1);
    kernel.exits(in, hlt());

    machine.vcpu.run();

    assertEquals(List.of(value), in.answers());
  }

  @Test
  void in_dropsWhatTheBusGivesAboveTheSize() {
    when(pio.read(0x60, 1)).thenReturn(-1);
    Answered in = pioIn(0x60, 1, 1);
    kernel.exits(in, hlt());

    machine.vcpu.run();

    assertEquals(List.of(0xffL), in.answers());
  }

  @Test
  void repOuts_writesEveryElementInOrder() {
    kernel.exits(pioOut(0x1f0, 2, 0x1111, 0x2222, 0x3333), hlt());

    machine.vcpu.run();

    InOrder order = inOrder(pio);
    order.verify(pio).write(0x1f0, 2, 0x1111);
    order.verify(pio).write(0x1f0, 2, 0x2222);
    order.verify(pio).write(0x1f0, 2, 0x3333);
    verifyNoMoreInteractions(pio);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void repIns_readsEveryElementInOrder(int size) {
    when(pio.read(0x1f0, size)).thenReturn(0x11, 0x22, 0x33, 0x44);
    Answered in = pioIn(0x1f0, size, 4);
    kernel.exits(in, hlt());

    machine.vcpu.run();

    assertEquals(List.of(0x11L, 0x22L, 0x33L, 0x44L), in.answers());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void mmioWrite_handsOverAddressSizeAndZeroExtendedValue(int size) {
    long value = BYTES_8 >>> (Long.SIZE - size * Byte.SIZE);
    kernel.exits(mmioWrite(0xffff_ffff_fee0_0000L, size, value), hlt());

    machine.vcpu.run();

    verify(mmio).write(0xffff_ffff_fee0_0000L, size, value);
    verifyNoMoreInteractions(pio, mmio);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void mmioRead_givesTheGuestWhatTheBusAnswers(int size) {
    when(mmio.read(0xd000_0000L, size)).thenReturn(BYTES_8);
    Answered load = mmioRead(0xd000_0000L, size);
    kernel.exits(load, hlt());

    machine.vcpu.run();

    long sizeMask = -1L >>> (Long.SIZE - size * Byte.SIZE);
    assertEquals(List.of(BYTES_8 & sizeMask), load.answers());
  }

  @Test
  void unclaimedReads_areAllOnes_evenAfterAWriteLeftItsDataBehind() {
    Answered in = pioIn(0x80, 4, 1);
    Answered load = mmioRead(0xd000_0000L, 8);
    ScriptedKernel other =
        new ScriptedKernel()
            .exits(pioOut(0x80, 4, 0), in, mmioWrite(0xd000_0000L, 8, 0), load, hlt());

    try (ScriptedMachine unclaimed =
        new ScriptedMachine(other, new Buses(new PioSpace(), new MmioSpace()))) {
      unclaimed.vcpu.run();
    }

    assertEquals(List.of(0xffff_ffffL), in.answers());
    assertEquals(List.of(-1L), load.answers());
  }

  @Test
  void aLineOfText_arrivesInOneRun() {
    kernel.exits(pioOut(0x3f8, 1, 'H'), pioOut(0x3f8, 1, 'i'), pioOut(0x3f8, 1, '\n'), hlt());

    VcpuExit exit = machine.vcpu.run();

    assertEquals(new VcpuExit.Halt(), exit);
    InOrder order = inOrder(pio);
    order.verify(pio).write(0x3f8, 1, 'H');
    order.verify(pio).write(0x3f8, 1, 'i');
    order.verify(pio).write(0x3f8, 1, '\n');
  }

  @Test
  void aSignal_isAnInterruption() {
    kernel.exits(error(Errno.EINTR));

    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());
  }

  @Test
  void aSignalThatIsNoKick_isAnInterruptionOnce() {
    when(pio.read(0x60, 1)).thenReturn(0x1c);
    Answered in = pioIn(0x60, 1, 1);
    kernel.exits(in, error(Errno.EINTR), pioOut(0x80, 1, 1), hlt());

    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());
    assertEquals(List.of(0x1cL), in.answers(), "the access before it is complete");
    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());

    verify(pio).read(0x60, 1);
    verify(pio).write(0x80, 1, 1); // the stale IN is not served at EINTR
  }

  @Test
  void aSignalWithAMemoryFaultsReason_isAnInterruption() {
    kernel.exits(error(Errno.EINTR, KvmRun.KVM_EXIT_MEMORY_FAULT, run -> {}));

    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());
  }

  @Test
  void aKickBeforeTheRun_stopsItAtOnceAndOnlyOnce() {
    kernel.exits(hlt());
    machine.vcpu.kick();

    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());
    assertEquals(1, kernel.exitsLeft(), "the guest was not entered");
    assertEquals(new VcpuExit.Halt(), machine.vcpu.run(), "the kick is used up");
  }

  @Test
  void aKickDuringAnAccess_isSeenAfterTheAccessIsComplete() {
    when(pio.read(0x60, 1))
        .then(
            call -> {
              machine.vcpu.kick();
              return 0x1c;
            });
    Answered in = pioIn(0x60, 1, 1);
    kernel.exits(in, hlt());

    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());

    assertEquals(List.of(0x1cL), in.answers(), "the kernel was re-entered and took the value");
    assertEquals(1, kernel.exitsLeft(), "without going on in the guest");
  }

  @Test
  void aKickThatComesWithAnotherExit_isNotLost() {
    kernel.exits(after(() -> machine.vcpu.kick(), hlt()), hlt());

    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());
    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());
    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());
  }

  @Test
  void eagain_servesNothingOfTheExitBefore() {
    kernel.exits(pioOut(0x80, 1, 1), error(Errno.EAGAIN), hlt());

    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());
    verify(pio).write(anyInt(), anyInt(), anyInt());
  }

  @Test
  void aKick_endsTheRunOfAVcpuThatIsNotStarted() {
    kernel.exits(after(() -> machine.vcpu.kick(), error(Errno.EAGAIN)), hlt());

    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());
    assertEquals(1, kernel.exitsLeft());
  }

  @Test
  void eagain_goesRound() {
    kernel.exits(error(Errno.EAGAIN), error(Errno.EAGAIN), pioOut(0x80, 1, 1), hlt());

    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());
    verify(pio).write(0x80, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(ints = {Errno.EFAULT, Errno.EHWPOISON})
  void aMemoryFault_isAnExit(int errno) {
    kernel.exits(
        error(
            errno,
            KvmRun.KVM_EXIT_MEMORY_FAULT,
            run ->
                run.putLong(KvmRun.MEMORY_FAULT_FLAGS, 8)
                    .putLong(KvmRun.MEMORY_FAULT_GPA, 0x1_0000_3000L)
                    .putLong(KvmRun.MEMORY_FAULT_SIZE, 0x1000)));

    assertEquals(new VcpuExit.MemoryFault(8, 0x1_0000_3000L, 0x1000), machine.vcpu.run());
  }

  @ParameterizedTest
  @CsvSource({"14, EFAULT", "133, EHWPOISON"})
  void aFaultWithAStaleReason_isAnError_andServesNothing(int errno, String name) {
    kernel.exits(pioOut(0x80, 1, 1), error(errno));

    KvmIoctlException failure = assertThrows(KvmIoctlException.class, () -> machine.vcpu.run());

    assertEquals(errno, failure.errno());
    assertTrue(
        failure.getMessage().startsWith("KVM_RUN on vCPU 0: %s (%d).".formatted(name, errno)));
    verify(pio).write(anyInt(), anyInt(), anyInt()); // once: the stale exit is not served again
  }

  @ParameterizedTest
  @ValueSource(
      ints = {Errno.EINVAL, Errno.EPERM, Errno.EIO, Errno.ENOMEM, Errno.ENOSYS, Errno.EBADF})
  void anotherErrorWithAMemoryFaultsReason_isAnError(int errno) {
    kernel.exits(error(errno, KvmRun.KVM_EXIT_MEMORY_FAULT, run -> {}));

    KvmIoctlException failure = assertThrows(KvmIoctlException.class, () -> machine.vcpu.run());

    assertEquals(errno, failure.errno());
  }

  @Test
  void afterAnError_theVcpuCanBeUsed() {
    kernel.exits(error(Errno.EFAULT), hlt());
    assertThrows(KvmIoctlException.class, () -> machine.vcpu.run());

    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());
  }

  @Test
  void aBusThatThrows_leavesTheVcpuClosable() {
    when(pio.read(0x60, 1)).thenThrow(new IllegalStateException("broken bus"));
    kernel.exits(pioIn(0x60, 1, 1));

    IllegalStateException thrown =
        assertThrows(IllegalStateException.class, () -> machine.vcpu.run());

    assertEquals("broken bus", thrown.getMessage()); // closing follows after each test
  }
}
