package org.kvm4j.core.bus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A guest that looks for devices everywhere. */
final class UnclaimedAccessesTest {

  private final MmioSpace mmio = new MmioSpace();

  @Test
  void accesses_areCountedByAddress_inUnsignedOrder() {
    mmio.read(-1, 1);
    mmio.read(0x10, 1);
    mmio.write(0x10, 1, 0);
    mmio.read(0x5, 1);

    assertEquals(List.of(0x5L, 0x10L, -1L), new ArrayList<>(mmio.unclaimed().byAddress().keySet()));
    assertEquals(2, mmio.unclaimed().byAddress().get(0x10L));
  }

  @Test
  void addressesWithoutEnd_takeNoMemoryWithoutEnd() {
    for (long address = 0; address < 100_000; address++) {
      mmio.read(address << 12, 1);
    }

    assertEquals(256, mmio.unclaimed().byAddress().size());
    assertEquals(100_000 - 256, mmio.unclaimed().others());
  }

  @Test
  void addressesToldApart_areCountedOn_whenTheTableIsFull() {
    for (long address = 0; address < 1000; address++) {
      mmio.read(address, 1);
    }
    mmio.read(3, 1);

    assertEquals(2, mmio.unclaimed().byAddress().get(3L));
    assertEquals(1000 - 256, mmio.unclaimed().others());
  }

  @Test
  void claimedAddresses_areNotCounted() {
    mmio.register(0x1000, 8, new RecordingHandler(8, 0).forMemory());

    mmio.read(0x1000, 8);

    assertTrue(mmio.unclaimed().byAddress().isEmpty());
  }

  @Test
  void countingAllocatesNothing_onceAnAddressIsKnown() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    readMany();
    long before = threads.getThreadAllocatedBytes(self);

    readMany();

    long allocated = threads.getThreadAllocatedBytes(self) - before;
    assertTrue(allocated < 4096, allocated + " bytes for 100,000 accesses");
    assertEquals(400, mmio.unclaimed().byAddress().get(3L));
  }

  private void readMany() {
    for (int i = 0; i < 100_000; i++) {
      mmio.read(i % 500, 1);
    }
  }
}
