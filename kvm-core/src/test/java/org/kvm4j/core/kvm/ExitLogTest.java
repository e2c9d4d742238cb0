package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;
import static org.kvm4j.core.kvm.ScriptedExit.mmioRead;
import static org.kvm4j.core.kvm.ScriptedExit.mmioWrite;
import static org.kvm4j.core.kvm.ScriptedExit.pioIn;
import static org.kvm4j.core.kvm.ScriptedExit.pioOut;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Buses;
import org.kvm4j.PastExit;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmRun;

/** What a vCPU remembers of its exits. */
@Timeout(60)
final class ExitLogTest {

  private final ExitLog log = new ExitLog();

  private static PastExit out(int port, long value, long times) {
    return new PastExit(PastExit.IO, true, 1, port, value, times);
  }

  private void note(int port, long value) {
    log.access(KvmRun.KVM_EXIT_IO, true, 1, port, value, 1);
  }

  @Test
  void newLog_isEmpty() {
    assertEquals(List.of(), log.copy());
  }

  @Test
  void exits_areKeptOldestFirst() {
    note(0x80, 1);
    note(0x3f8, 'x');
    log.other(KvmRun.KVM_EXIT_SHUTDOWN);

    assertEquals(
        List.of(
            out(0x80, 1, 1),
            out(0x3f8, 'x', 1),
            new PastExit(KvmRun.KVM_EXIT_SHUTDOWN, false, 0, 0, 0, 1)),
        log.copy());
  }

  @Test
  void sameAccessAgain_isCounted_withItsLastValue() {
    note(0x3f8, 'a');
    note(0x3f8, 'b');
    note(0x3f8, 'c');

    assertEquals(List.of(out(0x3f8, 'c', 3)), log.copy());
  }

  @Test
  void otherDirectionOrSize_isAnotherAccess() {
    log.access(KvmRun.KVM_EXIT_IO, true, 1, 0x60, 1, 1);
    log.access(KvmRun.KVM_EXIT_IO, false, 1, 0x60, 2, 1);
    log.access(KvmRun.KVM_EXIT_IO, false, 4, 0x60, 3, 1);

    assertEquals(3, log.copy().size());
  }

  @Test
  void moreThanFit_driveOutTheOldest() {
    for (int port = 0; port < ExitLog.CAPACITY + 5; port++) {
      note(port, 0);
    }

    assertEquals(
        LongStream.range(5, ExitLog.CAPACITY + 5).boxed().toList(),
        log.copy().stream().map(PastExit::address).toList());
  }

  @Test
  void accessesOfTheRunLoop_areNotedWithWhatWasReadAndWritten() {
    PioBus pio = mock(PioBus.class);
    MmioBus mmio = mock(MmioBus.class);
    when(pio.read(0x60, 4)).thenReturn(-1);
    when(mmio.read(0xd000_0000L, 8)).thenReturn(0x1234L);
    try (ScriptedMachine machine = new ScriptedMachine(new Buses(pio, mmio))) {
      machine.kernel.exits(
          pioOut(0x80, 1, 0x55),
          pioIn(0x60, 4, 3),
          mmioWrite(0xd000_0004L, 4, 0xabcd),
          mmioRead(0xd000_0000L, 8),
          hlt());

      machine.vcpu.run();

      assertEquals(
          List.of(
              out(0x80, 0x55, 1),
              new PastExit(PastExit.IO, false, 4, 0x60, 0xffff_ffffL, 3),
              new PastExit(PastExit.MMIO, true, 4, 0xd000_0004L, 0xabcd, 1),
              new PastExit(PastExit.MMIO, false, 8, 0xd000_0000L, 0x1234, 1),
              new PastExit(KvmRun.KVM_EXIT_HLT, false, 0, 0, 0, 1)),
          machine.vcpu.lastExits());
    }
  }

  /** Each access has its address as its value, and neighbours differ by one. */
  @Test
  void copyOfAnotherThread_isNeverTorn() throws InterruptedException {
    Thread writer =
        new Thread(
            () -> {
              for (int n = 1; !Thread.currentThread().isInterrupted(); n++) {
                log.access(KvmRun.KVM_EXIT_MMIO, true, 4, n, n, 1);
              }
            });
    writer.start();
    try {
      for (int looks = 0; looks < 20_000; looks++) {
        List<PastExit> copy = log.copy();
        for (int i = 0; i < copy.size(); i++) {
          PastExit exit = copy.get(i);
          long expected = copy.get(0).address() + i;
          assertTrue(exit.address() == expected && exit.value() == expected, copy::toString);
        }
      }
    } finally {
      writer.interrupt();
      writer.join();
    }
  }
}
