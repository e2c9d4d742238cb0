package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.abi.KvmCoalescedMmioRing.KVM_COALESCED_MMIO_MAX;
import static org.kvm4j.core.kvm.ScriptedExit.error;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;
import static org.kvm4j.core.kvm.ScriptedExit.mmioRead;
import static org.kvm4j.core.kvm.ScriptedExit.pioIn;
import static org.kvm4j.core.kvm.ScriptedExit.pioOut;
import static org.kvm4j.core.kvm.ScriptedRing.collected;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;

import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.sys.Errno;
import org.mockito.InOrder;

/** Collected writes reach the buses before whatever ended KVM_RUN. */
final class CoalescedRingTest {

  private static final long BYTES_8 = 0x8877_6655_4433_2211L;

  private final PioBus pio = mock(PioBus.class);
  private final MmioBus mmio = mock(MmioBus.class);
  @AutoClose private final ScriptedMachine machine = new ScriptedMachine(new Buses(pio, mmio));
  private final ScriptedKernel kernel = machine.kernel;
  private final InOrder order = inOrder(pio, mmio);
  private ScriptedRing ring;

  CoalescedRingTest() {
    machine.vm.coalescing().coalesceMemory(0xd000_0000L, 0x1000);
  }

  @Test
  void portAndMemoryWrites_areServedInOrder_beforeTheExitBehindThem() {
    kernel.exits(
        collected(
            r ->
                r.memory(0xd000_0008L, 4, 0xfedc_ba98L)
                    .port(0x3f8, 1, 'a')
                    .memory(0xffff_ffff_0000_0000L, 8, BYTES_8)
                    .port(0xfff0, 4, 0x8765_4321L),
            pioIn(0x60, 1, 1)),
        collected(r -> r.port(0x3f9, 2, 0x1234), mmioRead(0xd000_0000L, 4)),
        hlt());

    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());

    order.verify(mmio).write(0xd000_0008L, 4, 0xfedc_ba98L);
    order.verify(pio).write(0x3f8, 1, 'a');
    order.verify(mmio).write(0xffff_ffff_0000_0000L, 8, BYTES_8);
    order.verify(pio).write(0xfff0, 4, 0x8765_4321);
    order.verify(pio).read(0x60, 1);
    order.verify(pio).write(0x3f9, 2, 0x1234);
    order.verify(mmio).read(0xd000_0000L, 4);
    verifyNoMoreInteractions(pio, mmio);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void aWrite_hasTheBytesOfItsSize_notThoseOfTheEntryBefore(int size) {
    kernel.exits(
        collected(
            r -> r.memory(0, 8, -1).setFirst(0).setLast(0).memory(0xd000_0000L, size, BYTES_8),
            hlt()));

    machine.vcpu.run();

    long mask = -1L >>> (Long.SIZE - size * Byte.SIZE);
    verify(mmio).write(0xd000_0000L, size, BYTES_8 & mask);
  }

  @Test
  void anExitThatIsNoAccess_comesAfterTheWrites_andTheyAreServedOnce() {
    kernel.exits(collected(r -> r.port(0x80, 1, 7), hlt()), hlt());

    assertEquals(new VcpuExit.Halt(), machine.vcpu.run());
    verify(pio).write(0x80, 1, 7);

    machine.vcpu.run();
    verify(pio, times(1)).write(anyInt(), anyInt(), anyInt());
  }

  @Test
  void aKick_bringsTheWritesWithIt() {
    kernel.exits(collected(r -> r.port(0x80, 1, 7), error(Errno.EINTR)));

    assertSame(VcpuExit.Interrupted.INSTANCE, machine.vcpu.run());

    verify(pio).write(0x80, 1, 7);
  }

  @Test
  void anErrorOfKvmRun_bringsTheWritesWithIt() {
    kernel.exits(collected(r -> r.port(0x80, 1, 7), error(Errno.EFAULT)));

    assertThrows(KvmIoctlException.class, machine.vcpu::run);

    verify(pio).write(0x80, 1, 7);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 168, 169})
  void aFullRing_isServedFromAnyStart_andTheWriteThatFoundItFull_comesLast(int start) {
    kernel.exits(
        collected(
            r -> {
              r.setFirst(start).setLast(start);
              for (int i = 0; i < KVM_COALESCED_MMIO_MAX - 1; i++) {
                r.port(0x80, 2, i);
              }
              ring = r;
            },
            pioOut(0x80, 2, 0xffff)),
        hlt());

    machine.vcpu.run();

    for (int i = 0; i < KVM_COALESCED_MMIO_MAX - 1; i++) {
      order.verify(pio).write(0x80, 2, i);
    }
    order.verify(pio).write(0x80, 2, 0xffff);
    verifyNoMoreInteractions(pio, mmio);
    assertEquals(ring.last(), ring.first());
  }

  @Test
  void aWrite_isGivenBackToTheKernel_onlyWhenItHasBeenServed() {
    doAnswer(
            call -> {
              assertEquals(0, ring.first());
              return null;
            })
        .when(pio)
        .write(0x80, 1, 1);
    doAnswer(
            call -> {
              assertEquals(1, ring.first());
              return null;
            })
        .when(pio)
        .write(0x80, 1, 2);
    kernel.exits(
        collected(
            r -> {
              ring = r;
              r.port(0x80, 1, 1).port(0x80, 1, 2);
            },
            hlt()));

    machine.vcpu.run();

    assertEquals(2, ring.first());
  }

  @Test
  void whatComesInDuringTheServing_waitsForTheNextExit() {
    doAnswer(call -> ring.port(0x81, 1, 2)).when(pio).write(0x80, 1, 1);
    kernel.exits(
        collected(
            r -> {
              ring = r;
              r.port(0x80, 1, 1);
            },
            pioIn(0x60, 1, 1)),
        hlt());

    machine.vcpu.run();

    order.verify(pio).write(0x80, 1, 1);
    order.verify(pio).read(0x60, 1);
    order.verify(pio).write(0x81, 1, 2);
  }

  @Test
  void aHandlerThatThrows_isNotCalledAgain_andTheWritesBehindAreServedNextTime() {
    doThrow(new IllegalStateException("broken bus")).when(pio).write(0x80, 1, 1);
    kernel.exits(collected(r -> r.port(0x80, 1, 1).port(0x81, 1, 2), hlt()), hlt());

    IllegalStateException thrown = assertThrows(IllegalStateException.class, machine.vcpu::run);
    assertEquals("broken bus", thrown.getMessage());
    verify(pio, never()).write(0x81, 1, 2);
    machine.vcpu.run();

    verify(pio, times(1)).write(0x80, 1, 1);
    verify(pio, times(1)).write(0x81, 1, 2);
  }

  @ParameterizedTest
  @CsvSource({"0, 170", "0, -1", "170, 0", "-1, 0", "-2147483648, 2147483647", "170, 171"})
  void corruptIndices_areAnError_notALoop(int first, int last) {
    kernel.exits(collected(r -> r.setFirst(first).setLast(last), hlt()));

    KvmException failure = assertThrows(KvmException.class, machine.vcpu::run);

    assertEquals(
        "The ring of coalesced writes has first %d and last %d of 170: close the VM."
            .formatted(first, last),
        failure.getMessage());
    verifyNoMoreInteractions(pio, mmio);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 9, -1, Integer.MIN_VALUE})
  void aWriteOfAnImpossibleSize_isAnErrorOnce(int size) {
    kernel.exits(collected(r -> r.memory(0xd000_0000L, size, 1).port(0x80, 1, 2), hlt()), hlt());

    KvmException failure = assertThrows(KvmException.class, machine.vcpu::run);
    assertTrue(failure.getMessage().contains("one of %d bytes to 0xd0000000".formatted(size)));
    machine.vcpu.run();

    verify(mmio, never()).write(anyLong(), anyInt(), anyLong());
    verify(pio).write(0x80, 1, 2);
  }

  @Test
  void withoutAnyRange_theRingIsNotLookedAt() {
    ScriptedKernel other = new ScriptedKernel();
    other.exits(collected(r -> r.port(0x80, 1, 1), hlt()));

    try (ScriptedMachine plain = new ScriptedMachine(other, new Buses(pio, mmio))) {
      assertEquals(new VcpuExit.Halt(), plain.vcpu.run());
    }

    verifyNoMoreInteractions(pio, mmio);
  }

  @Test
  void afterTheLastRangeIsGone_whatItLeftIsServed() {
    machine.vm.coalescing().uncoalesceMemory(0xd000_0000L, 0x1000);
    kernel.exits(collected(r -> r.memory(0xd000_0000L, 1, 7), hlt()));

    machine.vcpu.run();

    verify(mmio).write(0xd000_0000L, 1, 7);
  }
}
