package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.kvm4j.Registers;
import org.kvm4j.VcpuExit;
import org.kvm4j.testkit.RequiresKvm;

/** Real exits make no garbage: RunAllocationTest with the kernel and its native calls. */
@RequiresKvm
final class RunAllocationIT {

  private static final int WARM_UP = 5_000;
  private static final int EXITS = 100_000;

  /** The exit that ends the run, and the measuring itself. */
  private static final long TINY_BYTES = 4096;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final ServedAccesses served = new ServedAccesses();

  @Test
  void portAccesses_allocateNothing() {
    try (Guest guest = Guest.unobserved()) {
      guest.pio.register(0x80, 4, served.ports(4));

      assertAllocatesNothing(
          guest,
          """
          e6 80 ; next: out %al,$0x80
          e5 80 ;       in $0x80,%eax
          49    ;       dec %ecx
          75 f9 ;       jne next
          f4    ;       hlt
          """,
          2);
    }
  }

  @Test
  void memoryAccesses_allocateNothing() {
    try (Guest guest = Guest.unobserved()) {
      guest.mmio.register(0xd000_0000L, 0x1000, served.registers());

      assertAllocatesNothing(
          guest,
          """
          a3 00 00 00 d0 ; next: mov %eax,0xd0000000
          a1 04 00 00 d0 ;       mov 0xd0000004,%eax
          49             ;       dec %ecx
          75 f3          ;       jne next
          f4             ;       hlt
          """,
          2);
    }
  }

  @Test
  void collectedWrites_allocateNothing() {
    try (Guest guest = Guest.unobserved()) {
      guest.pio.register(0x80, 4, served.ports(4));
      guest.mmio.register(0xd000_0000L, 0x1000, served.registers());
      guest.vm.coalescing().coalescePorts(0x80, 4);
      guest.vm.coalescing().coalesceMemory(0xd000_0000L, 0x1000);

      assertAllocatesNothing(
          guest,
          """
          e6 80          ; next: out %al,$0x80
          a3 00 00 00 d0 ;       mov %eax,0xd0000000
          49             ;       dec %ecx
          75 f6          ;       jne next
          f4             ;       hlt
          """,
          2);
    }
  }

  /**
   * Runs a loop of accesses.
   *
   * @param loop runs ECX times
   * @param accesses in each round
   */
  private void assertAllocatesNothing(Guest guest, String loop, int accesses) {
    GuestCpu cpu = guest.boot(Mode.PROTECTED, loop);
    run(cpu, WARM_UP); // loads classes, links calls
    served.reset();

    long allocated = run(cpu, EXITS / accesses);

    assertEquals(EXITS, served.count());
    assertTrue(allocated < TINY_BYTES, allocated + " bytes allocated for " + EXITS + " accesses");
  }

  /** The bytes that the vCPU's thread allocated meanwhile. */
  private long run(GuestCpu cpu, int rounds) {
    return cpu.on(
        () -> {
          Registers start = cpu.vcpu.registers();
          cpu.vcpu.setRegisters(start.toBuilder().rip(Guest.CODE).rcx(rounds).build());
          long thread = Thread.currentThread().getId();
          long before = threads.getThreadAllocatedBytes(thread);
          VcpuExit exit = cpu.vcpu.run();
          long allocated = threads.getThreadAllocatedBytes(thread) - before;
          assertEquals(new VcpuExit.Halt(), exit);
          return allocated;
        });
  }
}
