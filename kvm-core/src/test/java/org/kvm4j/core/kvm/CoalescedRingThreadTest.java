package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.core.abi.KvmCoalescedMmioRing.KVM_COALESCED_MMIO_MAX;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Buses;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.bus.MmioSpace;

/** One ring, which every vCPU of the VM maps and serves. */
@Timeout(120)
final class CoalescedRingThreadTest {

  private static final long BASE = 0xd000_0000L;
  private static final int WRITES = 20_000;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final KvmCoalescing coalescing = (KvmCoalescing) machine.vm.coalescing();
  private final ByteBuffer runArea = Native.allocate(ScriptedKernel.RUN_AREA_BYTES);
  private final ScriptedRing kernelSide = new ScriptedRing(runArea);
  private final MmioSpace mmio = new MmioSpace();

  CoalescedRingThreadTest() {
    coalescing.coalesceMemory(BASE, 0x1000);
  }

  /** As two vCPUs of one thread would, if a handler runs the other. */
  @Test
  void serving_fromWithinAHandler_doesNothing() {
    AtomicInteger served = new AtomicInteger();
    CoalescedRing first = newRing();
    CoalescedRing second = newRing();
    mmio.register(
        BASE,
        0x1000,
        onWrite(
            (offset, value) -> {
              served.incrementAndGet();
              second.serve();
            }));
    kernelSide.memory(BASE, 4, 1).memory(BASE, 4, 2);

    first.serve();

    assertEquals(2, served.get());
  }

  @Test
  @SuppressWarnings("ThreadPriorityCheck") // it only makes a mistake likelier to show
  void everyVcpu_findsItsOwnWritesServed_inOrderAndOnce() throws Exception {
    int vcpus = 3;
    AtomicIntegerArray served = new AtomicIntegerArray(vcpus);
    mmio.register(
        BASE,
        0x1000,
        onWrite(
            (offset, value) -> {
              int vcpu = (int) offset / 8;
              Thread.yield(); // lets another look at the ring while this write is on its way
              assertEquals(served.get(vcpu) + 1, value, "writes of vCPU " + vcpu);
              served.set(vcpu, (int) value);
            }));
    ExecutorService threads = Executors.newFixedThreadPool(vcpus);
    try {
      List<Future<?>> running =
          List.of(
              threads.submit(() -> writeAndServe(0, served)),
              threads.submit(() -> writeAndServe(1, served)),
              threads.submit(() -> writeAndServe(2, served)));
      for (Future<?> one : running) {
        one.get(60, TimeUnit.SECONDS);
      }
    } finally {
      threads.shutdownNow();
    }

    assertEquals(kernelSide.last(), kernelSide.first());
  }

  private void writeAndServe(int vcpu, AtomicIntegerArray served) {
    CoalescedRing ring = newRing();
    for (int i = 1; i <= WRITES; i++) {
      boolean collected;
      synchronized (kernelSide) {
        int next = (kernelSide.last() + 1) % KVM_COALESCED_MMIO_MAX;
        collected = next != kernelSide.first();
        if (collected) {
          kernelSide.memory(BASE + vcpu * 8L, 4, i);
        }
      }
      ring.serve();
      if (!collected) {
        mmio.write(BASE + vcpu * 8L, 4, i); // an ordinary exit, after the ring
      }
      assertEquals(i, served.get(vcpu), "after serving, all of vCPU " + vcpu);
    }
  }

  private CoalescedRing newRing() {
    return new CoalescedRing(runArea, new Buses(mock(PioBus.class), mmio), coalescing);
  }

  @FunctionalInterface
  private interface OnWrite {
    void write(long offset, long value);
  }

  private static MmioHandler onWrite(OnWrite action) {
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        return 0;
      }

      @Override
      public void write(long offset, int size, long value) {
        action.write(offset, value);
      }
    };
  }
}
