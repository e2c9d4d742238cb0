package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_CLEAR_DIRTY_LOG;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DIRTY_LOG;
import static org.kvm4j.core.abi.Ioctl.KVM_RESET_DIRTY_RINGS;

import java.util.BitSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.kvm4j.MemorySlot;
import org.kvm4j.VcpuExit;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;
import org.kvm4j.memory.PageBitmap;
import org.kvm4j.testkit.RequiresKvm;

/** The pages that a real guest has written. */
@RequiresKvm
final class DirtyPagesIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final long LOGGED = 0x20_0000;
  private static final int PAGES = 0x400;

  /** Writes pages 1, 65 and 1023 of the memory at 2 MiB. */
  private static final String WRITE_THREE =
      """
      c6 05 00 10 20 00 01 ; movb $1,0x201000
      c6 05 08 10 24 00 02 ; movb $2,0x241008
      c6 05 ff ff 5f 00 03 ; movb $3,0x5fffff
      f4                   ; hlt
      """;

  /**
   * Writes all 1024 pages of the memory at 2 MiB. The port makes it leave the guest after each: a
   * KVM that interprets looks at the ring only when it enters the guest.
   */
  private static final String WRITE_ALL =
      """
      bb 00 00 20 00    ;       mov $0x200000,%ebx
      c6 03 01          ; next: movb $1,(%ebx)
      e6 80             ;       out %al,$0x80
      81 c3 00 10 00 00 ;       add $0x1000,%ebx
      81 fb 00 00 60 00 ;       cmp $0x600000,%ebx
      75 ed             ;       jne next
      f4                ;       hlt
      """;

  @Test
  @Exercises(value = KVM_GET_DIRTY_LOG, on = VM)
  void theDirtyLog_hasThePagesWritten_once() {
    try (Guest guest = Guest.bare()) {
      MemorySlot slot = addLogged(guest);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, WRITE_THREE);
      assertTrue(guest.vm.slots().dirtyLog(slot).isEmpty());

      assertEquals(HALT, cpu.run());

      PageBitmap dirty = guest.vm.slots().dirtyLog(slot);
      assertEquals(PAGES, dirty.pageCount());
      assertArrayEquals(new int[] {1, 65, 1023}, dirty.pages().toArray());
      assertTrue(guest.vm.slots().dirtyLog(slot).isEmpty(), "reading has cleaned it");
      restart(cpu);
      assertEquals(dirty, guest.vm.slots().dirtyLog(slot), "written again, noted again");
    }
  }

  @Test
  @Exercises(value = KVM_GET_DIRTY_LOG, on = VM)
  void theDirtyLog_canBeSwitchedOnLater_andOffAgain() {
    try (Guest guest = Guest.bare()) {
      MemorySlots slots = guest.vm.slots();
      MemorySlot plain = guest.vm.addMemory(LOGGED, PAGES * 0x1000L);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, WRITE_THREE);
      assertEquals(HALT, cpu.run());

      MemorySlot logged = slots.setDirtyLogged(plain, true);
      restart(cpu);

      assertArrayEquals(new int[] {1, 65, 1023}, slots.dirtyLog(logged).pages().toArray());
      assertEquals(plain, slots.setDirtyLogged(logged, false));
      restart(cpu);
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG, KVM_ENABLE_CAP},
      on = VM)
  void withManualProtection_pagesStayDirtyUntilCleared() {
    try (Guest guest = Guest.bare()) {
      MemorySlots slots = guest.vm.slots();
      slots.enableManualDirtyLogProtect(false);
      MemorySlot slot = addLogged(guest);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, WRITE_THREE);
      assertEquals(HALT, cpu.run());
      PageBitmap dirty = slots.dirtyLog(slot);
      assertEquals(dirty, slots.dirtyLog(slot), "reading has not cleaned it");

      slots.clearDirtyLog(slot, 64, dirty.range(64, 128));

      assertArrayEquals(new int[] {1, 1023}, slots.dirtyLog(slot).pages().toArray());
      BitSet one = new BitSet();
      one.set(1);
      slots.clearDirtyLog(slot, 0, PageBitmap.of(64, one));
      assertArrayEquals(new int[] {1023}, slots.dirtyLog(slot).pages().toArray());
      restart(cpu);
      assertEquals(dirty, slots.dirtyLog(slot));
    }
  }

  @Test
  @Exercises(value = KVM_CLEAR_DIRTY_LOG, on = VM)
  void withInitiallySet_everyPageIsDirtyAtFirst() {
    try (Guest guest = Guest.bare()) {
      MemorySlots slots = guest.vm.slots();
      slots.enableManualDirtyLogProtect(true);
      MemorySlot slot = addLogged(guest);

      assertEquals(PageBitmap.full(PAGES), slots.dirtyLog(slot));

      slots.clearDirtyLog(slot, 0, PageBitmap.full(PAGES));
      assertTrue(slots.dirtyLog(slot).isEmpty());
      GuestCpu cpu = guest.boot(Mode.PROTECTED, WRITE_THREE);
      assertEquals(HALT, cpu.run());
      assertArrayEquals(new int[] {1, 65, 1023}, slots.dirtyLog(slot).pages().toArray());
    }
  }

  @Test
  @Exercises(value = KVM_RESET_DIRTY_RINGS, on = VM)
  void aRing_hasThePagesWritten() {
    try (Guest guest = Guest.bare()) {
      guest.vm.slots().enableDirtyRings(1 << 16);
      MemorySlot slot = addLogged(guest);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, WRITE_THREE);
      assertEquals(4096, cpu.vcpu.dirtyRing().capacity());

      for (int round = 0; round < 3; round++) {
        restart(cpu);
        Set<Integer> pages = new TreeSet<>();
        int harvested = harvest(cpu, slot, pages);

        assertEquals(Set.of(1, 65, 1023), pages);
        assertEquals(harvested, guest.vm.slots().resetDirtyRings());
      }
      assertEquals(0, guest.vm.slots().resetDirtyRings());
      assertThrows(IllegalStateException.class, () -> guest.vm.slots().dirtyLog(slot));
    }
  }

  /** The ring holds 1024 entries, of which KVM keeps at least 64 in reserve. */
  @Test
  @Exercises(value = KVM_RESET_DIRTY_RINGS, on = VM)
  void aFullRing_isAnExit_andAfterAResetTheGuestGoesOn() {
    try (Guest guest = Guest.bare()) {
      guest.vm.slots().enableDirtyRings(1 << 14);
      MemorySlot slot = addLogged(guest);
      guest.pio.register(0x80, 1, new RecordingPort());
      GuestCpu cpu = guest.boot(Mode.PROTECTED, WRITE_ALL);
      Set<Integer> pages = new TreeSet<>();
      boolean wasFull = false;

      VcpuExit exit = cpu.run();
      while (exit instanceof VcpuExit.DirtyRingFull) {
        wasFull = true;
        int before = pages.size();
        harvest(cpu, slot, pages);
        assertTrue(pages.size() > before, "a full ring holds new pages");
        guest.vm.slots().resetDirtyRings();
        exit = cpu.run();
      }
      harvest(cpu, slot, pages);

      assertEquals(HALT, exit);
      assertTrue(wasFull);
      assertEquals(PAGES, pages.size(), "no page was lost");
    }
  }

  private static int harvest(GuestCpu cpu, MemorySlot slot, Set<Integer> pages) {
    return cpu.on(
        () ->
            cpu.vcpu
                .dirtyRing()
                .harvest(
                    (written, page) -> {
                      assertEquals(slot, written);
                      pages.add(page);
                    }));
  }

  private static MemorySlot addLogged(Guest guest) {
    MemorySlot slot = guest.vm.slots().add(MemorySpec.ram(LOGGED, PAGES * 0x1000L).withDirtyLog());
    assertFalse(slot.readOnly());
    return slot;
  }

  private static void restart(GuestCpu cpu) {
    cpu.on(
        () -> {
          cpu.vcpu.setRegisters(cpu.vcpu.registers().toBuilder().rip(Guest.CODE).build());
          return 0;
        });
    assertEquals(HALT, cpu.run());
  }
}
