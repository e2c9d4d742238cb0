package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;
import static org.kvm4j.core.kvm.ScriptedExit.mmioWrite;
import static org.kvm4j.core.kvm.ScriptedExit.pioOut;
import static org.kvm4j.core.kvm.ScriptedExit.times;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.kvm4j.Buses;
import org.kvm4j.core.ServedAccesses;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;

/** An access must not make garbage: a guest could have the collector run at its own pace. */
final class RunAllocationTest {

  private static final int EXITS = 100_000;

  /** Two runs return a value each, and the measuring itself is not free. */
  private static final long TINY_BYTES = 4096;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final PioSpace pio = new PioSpace();
  private final MmioSpace mmio = new MmioSpace();
  private final ServedAccesses served = new ServedAccesses();

  RunAllocationTest() {
    pio.register(0x3f8, 8, served.ports(1));
    mmio.register(0xd000_0000L, 0x1000, served.registers());
  }

  @Test
  void portAccesses_allocateNothing() {
    assertAllocatesNothing(() -> pioOut(0x3f8, 1, 'x'), () -> portRead(0x3fd, 1));
  }

  @Test
  void wideAndUnclaimedPortAccesses_allocateNothing() {
    assertAllocatesNothing(() -> pioOut(0x3f8, 4, 0), () -> portRead(0x80, 4));
  }

  @Test
  void memoryAccesses_allocateNothing() {
    assertAllocatesNothing(() -> mmioWrite(0xd000_0008L, 8, -1), () -> memoryRead(0xd000_0000L, 7));
  }

  @Test
  void straddlingAndUnclaimedMemoryAccesses_allocateNothing() {
    assertAllocatesNothing(() -> mmioWrite(0xd000_0ffcL, 8, -1), () -> memoryRead(0xe000_0000L, 8));
  }

  @Test
  void collectedWrites_allocateNothing() {
    ScriptedExit exit =
        new ScriptedExit() {
          private ScriptedRing ring;

          @Override
          int enter(ScriptedKernel kernel, ByteBuffer run) {
            if (ring == null) {
              ring = new ScriptedRing(run);
            }
            ring.memory(0xd000_0008L, 8, -1).port(0x3f8, 1, 'x');
            return pioOut.enter(kernel, run);
          }

          private final ScriptedExit pioOut = pioOut(0x3f8, 1, 'y');
        };

    assertAllocatesNothing(() -> exit, () -> portRead(0x3fd, 1));

    assertTrue(
        served.count() >= 4 * EXITS,
        served.count() + " served: two collected, a write and a read each");
  }

  private void assertAllocatesNothing(Script write, Script read) {
    try (ScriptedMachine machine = new ScriptedMachine(new Buses(pio, mmio))) {
      machine.vm.coalescing().coalescePorts(0x3f8, 8);
      run(machine, 1000, write, read); // loads classes, fills the table of unclaimed addresses
      long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
      long scripting = run(machine, EXITS, write, read);
      long after = threads.getThreadAllocatedBytes(Thread.currentThread().getId());

      long allocated = after - before - scripting;
      assertTrue(
          allocated < TINY_BYTES, allocated + " bytes allocated for " + 2 * EXITS + " accesses");
      assertTrue(served.count() > 0, "some of the accesses were served");
    }
  }

  /** Runs the guest and returns the bytes that writing the script itself took. */
  private long run(ScriptedMachine machine, int count, Script write, Script read) {
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    machine.kernel.exits(times(count, write.exit()), times(count, read.exit()), hlt());
    long scripting = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    machine.vcpu.run();
    return scripting;
  }

  @FunctionalInterface
  private interface Script {
    ScriptedExit exit();
  }

  /** As {@code pioIn}, which keeps every answer, but without memory. */
  private static ScriptedExit portRead(int port, int size) {
    return forgetting(ScriptedExit.pioIn(port, size, 1));
  }

  private static ScriptedExit memoryRead(long address, int size) {
    return forgetting(ScriptedExit.mmioRead(address, size));
  }

  private static ScriptedExit forgetting(ScriptedExit remembering) {
    return new ScriptedExit() {
      @Override
      int enter(ScriptedKernel kernel, ByteBuffer run) {
        return remembering.enter(kernel, run);
      }
    };
  }
}
