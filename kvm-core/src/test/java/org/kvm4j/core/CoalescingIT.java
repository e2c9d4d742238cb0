package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_REGISTER_COALESCED_MMIO;
import static org.kvm4j.core.abi.Ioctl.KVM_UNREGISTER_COALESCED_MMIO;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.abi.KvmCoalescedMmioRing;
import org.kvm4j.testkit.RequiresKvm;

/** Writes that the kernel collects, of real guests. */
@RequiresKvm
final class CoalescingIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final long BASE = 0xd000_0000L;

  /** What the bus was asked, and how far the guest had come: the long at {@link Guest#DATA}. */
  private final List<String> accesses = new CopyOnWriteArrayList<>();

  @Test
  @Exercises(value = KVM_REGISTER_COALESCED_MMIO, on = VM)
  void writesToPortsAndMemory_areServedInOrder_whenTheNextExitComes() {
    try (Guest guest = Guest.bare()) {
      record(guest);
      guest.vm.coalescing().coalesceMemory(BASE, 0x1000);
      guest.vm.coalescing().coalescePorts(0x80, 4);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              bb 00 00 00 d0       ; mov $0xd0000000,%ebx
              c6 03 11             ; movb $0x11,(%ebx)
              66 b8 33 22          ; mov $0x2233,%ax
              e6 80                ; out %al,$0x80
              c7 43 04 77 66 55 44 ; movl $0x44556677,0x4(%ebx)
              66 e7 82             ; out %ax,$0x82
              c6 05 00 05 00 00 01 ; movb $1,0x500
              e4 60                ; in $0x60,%al
              66 c7 43 02 99 88    ; movw $0x8899,0x2(%ebx)
              c6 05 00 05 00 00 02 ; movb $2,0x500
              f4                   ; hlt
              """);

      assertEquals(HALT, cpu.run());

      assertEquals(
          List.of(
              "memory 0x0 1 bytes 0x11, guest at 1",
              "port 0x80 1 bytes 0x33, guest at 1",
              "memory 0x4 4 bytes 0x44556677, guest at 1",
              "port 0x82 2 bytes 0x2233, guest at 1",
              "read of port 0x60, guest at 1",
              "memory 0x2 2 bytes 0x8899, guest at 2"),
          accesses);
    }
  }

  /** How many writes fit is the kernel's affair: 169, and before Linux 6.12 as few as 85. */
  @Test
  @Exercises(value = KVM_REGISTER_COALESCED_MMIO, on = VM)
  void writesThatFindTheRingFull_areOrdinaryExits_andTheOrderIsKept() {
    try (Guest guest = Guest.bare()) {
      record(guest);
      guest.vm.coalescing().coalesceMemory(BASE, 0x1000);
      guest.vm.coalescing().coalescePorts(0x80, 4);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              bb 00 00 00 d0    ;       mov $0xd0000000,%ebx
              31 c0             ;       xor %eax,%eax
              40                ; next: inc %eax
              a3 00 05 00 00    ;       mov %eax,0x500
              89 03             ;       mov %eax,(%ebx)
              e7 80             ;       out %eax,$0x80
              3d f4 01 00 00    ;       cmp $500,%eax
              75 ef             ;       jne next
              f4                ;       hlt
              """);

      assertEquals(HALT, cpu.run());

      assertEquals(
          IntStream.rangeClosed(1, 500)
              .boxed()
              .flatMap(
                  i ->
                      List.of(
                          "memory 0x0 4 bytes 0x%x".formatted(i),
                          "port 0x80 4 bytes 0x%x".formatted(i))
                          .stream())
              .toList(),
          accesses.stream().map(access -> access.replaceFirst(",.*", "")).toList());
      assertTrue(
          accesses.get(0).compareTo("memory 0x0 4 bytes 0x1, guest at 1") > 0,
          "the guest went on after its first write: " + accesses.get(0));
    }
  }

  @Test
  @Exercises(
      value = {KVM_REGISTER_COALESCED_MMIO, KVM_UNREGISTER_COALESCED_MMIO},
      on = VM)
  void writesToARangeThatIsNoLongerCoalesced_areOrdinaryExits() {
    try (Guest guest = Guest.bare()) {
      record(guest);
      guest.vm.coalescing().coalesceMemory(BASE, 0x1000);
      guest.vm.coalescing().coalescePorts(0x80, 4);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              bb 00 00 00 d0       ; again: mov $0xd0000000,%ebx
              c6 03 11             ;        movb $0x11,(%ebx)
              c6 05 00 05 00 00 01 ;        movb $1,0x500
              e6 80                ;        out %al,$0x80
              c6 05 00 05 00 00 02 ;        movb $2,0x500
              f4                   ;        hlt
              c6 05 00 05 00 00 00 ;        movb $0,0x500
              eb de                ;        jmp again
              """);
      assertEquals(HALT, cpu.run());
      guest.vm.coalescing().uncoalesceMemory(BASE, 0x1000);
      assertEquals(HALT, cpu.run());
      guest.vm.coalescing().uncoalescePorts(0x80, 4);
      assertEquals(HALT, cpu.run());

      assertEquals(
          List.of(
              "memory 0x0 1 bytes 0x11, guest at 2",
              "port 0x80 1 bytes 0x0, guest at 2",
              "memory 0x0 1 bytes 0x11, guest at 0",
              "port 0x80 1 bytes 0x0, guest at 2",
              "memory 0x0 1 bytes 0x11, guest at 0",
              "port 0x80 1 bytes 0x0, guest at 1"),
          accesses);
    }
  }

  @Test
  @Exercises(value = KVM_REGISTER_COALESCED_MMIO, on = VM)
  void aKick_bringsAllThatTheGuestHasWritten() throws Exception {
    try (Guest guest = Guest.bare()) {
      RecordingPort port = new RecordingPort();
      guest.pio.register(0x80, 4, port);
      guest.vm.coalescing().coalescePorts(0x80, 4);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              31 c0          ;       xor %eax,%eax
              40             ; next: inc %eax
              a3 00 05 00 00 ;       mov %eax,0x500
              e7 80          ;       out %eax,$0x80
              eb f6          ;       jmp next
              """);
      Future<VcpuExit> running = cpu.start();
      assertTrue(port.written.tryAcquire(60, TimeUnit.SECONDS), "the ring is never full");
      cpu.vcpu.kick();

      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.await(running));

      int begun = guest.vm.memory().readInt(Guest.DATA);
      int served = port.writes.size();
      assertTrue(served == begun || served == begun - 1, served + " served, " + begun + " begun");
      for (int i = 0; i < served; i++) {
        assertEquals("4 bytes 0x%x".formatted(i + 1), port.writes.get(i));
      }
    }
  }

  @Test
  @Exercises(value = KVM_REGISTER_COALESCED_MMIO, on = VM)
  void severalVcpus_eachFindTheirWritesServedInOrder_beforeTheirNextExit() {
    try (Guest guest = Guest.bare()) {
      AtomicIntegerArray last = new AtomicIntegerArray(2);
      guest.pio.register(0x80, 4, sequences(last));
      guest.pio.register(0x90, 4, checks(last));
      guest.vm.coalescing().coalescePorts(0x80, 4);
      GuestCpu first =
          guest.boot(
              Mode.REAL,
              """
              31 c0    ;       xor %ax,%ax
              40       ; next: inc %ax
              ef       ;       out %ax,(%dx)    collected
              a9 07 00 ;       test $7,%ax
              75 07    ;       jne skip
              83 c2 10 ;       add $0x10,%dx
              ef       ;       out %ax,(%dx)    an exit
              83 ea 10 ;       sub $0x10,%dx
              3d d0 07 ; skip: cmp $2000,%ax
              75 ed    ;       jne next
              f4       ;       hlt
              """);
      GuestCpu second = guest.addCpu();
      first.on(() -> startAt(first.vcpu, guest, 0x80));
      second.on(() -> startAt(second.vcpu, guest, 0x82));

      Future<VcpuExit> firstRuns = first.start();
      Future<VcpuExit> secondRuns = second.start();

      assertEquals(HALT, first.await(firstRuns));
      assertEquals(HALT, second.await(secondRuns));
      assertEquals(List.of(), accesses, "writes out of order or too late");
      assertEquals(2000, last.get(0));
      assertEquals(2000, last.get(1));
    }
  }

  @Test
  void theRing_isWhereTheCapabilitySays() {
    try (Guest guest = Guest.bare()) {
      assertEquals(
          KvmCoalescedMmioRing.KVM_COALESCED_MMIO_PAGE_OFFSET,
          guest.vm.checkExtension(KvmCapability.COALESCED_MMIO.number()));
    }
  }

  private static Vcpu startAt(Vcpu vcpu, Guest guest, int port) {
    vcpu.setSpecialRegisters(Mode.REAL.from(vcpu.specialRegisters(), guest.vm.memory()));
    vcpu.setRegisters(vcpu.registers().toBuilder().rip(Guest.CODE).rdx(port).rflags(2).build());
    return vcpu;
  }

  private void record(Guest guest) {
    guest.pio.register(
        0x60,
        1,
        new PioHandler() {
          @Override
          public int read(int offset, int size) {
            return note(guest, "read of port 0x60");
          }

          @Override
          public void write(int offset, int size, int value) {}
        });
    guest.pio.register(
        0x80,
        4,
        (WrittenPort)
            (offset, size, value) ->
                note(guest, "port 0x%x %d bytes 0x%x".formatted(0x80 + offset, size, value)));
    guest.mmio.register(
        BASE,
        0x1000,
        new MmioHandler() {
          @Override
          public long read(long offset, int size) {
            return 0;
          }

          @Override
          public void write(long offset, int size, long value) {
            note(guest, "memory 0x%x %d bytes 0x%x".formatted(offset, size, value));
          }
        });
  }

  private int note(Guest guest, String access) {
    accesses.add(access + ", guest at " + guest.vm.memory().readInt(Guest.DATA));
    return 0;
  }

  /** Reads give 0. */
  @FunctionalInterface
  private interface WrittenPort extends PioHandler {
    @Override
    default int read(int offset, int size) {
      return 0;
    }
  }

  /** Two ports of two bytes: each is written 1, 2, 3 by a vCPU of its own. */
  private WrittenPort sequences(AtomicIntegerArray last) {
    return (offset, size, value) -> {
      int before = last.getAndSet(offset / 2, value);
      if (before != value - 1) {
        accesses.add("port %d: %d after %d".formatted(offset, value, before));
      }
    };
  }

  /** Two ports of two bytes: what a vCPU writes must be the last that {@link #sequences} got. */
  private WrittenPort checks(AtomicIntegerArray last) {
    return (offset, size, value) -> {
      int served = last.get(offset / 2);
      if (served != value) {
        accesses.add("port %d: an exit at %d, served up to %d".formatted(offset, value, served));
      }
    };
  }
}
