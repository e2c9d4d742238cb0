package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.Refusals.refusedArgument;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.GuestMemoryException;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmPreFaultMemory;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;

/** Slots as the kernel is told of them, and guest memory that follows. */
final class MemorySlotsTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final Vm vm = machine.vm;
  private final MemorySlots slots = vm.slots();
  private final List<String> regions = new ArrayList<>();

  @Test
  void aSlot_isWhatItsSpecificationSays() {
    recordRegions();

    MemorySlot rom = slots.add(MemorySpec.ram(0x10000, 0x2000).asReadOnly());
    MemorySlot logged = slots.add(MemorySpec.ram(0x20000, 0x3000).withDirtyLog());
    MemorySlot both = slots.add(MemorySpec.ram(0x30000, 0x4000).withDirtyLog().asReadOnly());

    assertEquals(new MemorySlot(0, 0x10000, 0x2000, true, false, false), rom);
    assertEquals(new MemorySlot(1, 0x20000, 0x3000, false, true, false), logged);
    assertEquals(List.of(rom, logged, both), slots.all());
    assertEquals(
        List.of(
            "0 flags 2 at 0x10000 size 0x2000",
            "1 flags 1 at 0x20000 size 0x3000",
            "2 flags 3 at 0x30000 size 0x4000"),
        regions);
    vm.memory().writeInt(0x10000, 0x1234_5678); // firmware is loaded into read-only memory
    assertEquals(0x1234_5678, vm.memory().readInt(0x10000));
  }

  @Test
  void aMovedSlot_hasItsContentAtTheNewAddress() {
    MemorySlot slot = vm.addMemory(0x10000, 0x2000);
    vm.memory().writeLong(0x11008, 0x1122_3344_5566_7788L);
    recordRegions();

    MemorySlot moved = slots.move(slot, 0x11000);

    assertEquals(new MemorySlot(0, 0x11000, 0x2000), moved);
    assertEquals(List.of("0 flags 0 at 0x11000 size 0x2000"), regions);
    assertEquals(0x1122_3344_5566_7788L, vm.memory().readLong(0x12008));
    assertThrows(GuestMemoryException.class, () -> vm.memory().readByte(0x10fff));
    assertTrue(refusedArgument(() -> slots.move(slot, 0)).startsWith("Slot 0 at 0x10000 is"));
  }

  @Test
  void aSlotCannotMoveOverAnother() {
    MemorySlot slot = vm.addMemory(0x10000, 0x2000);
    vm.addMemory(0x20000, 0x1000);

    assertEquals(
        "RAM at 0x1f000, 8192 bytes: overlaps the slot at 0x20000",
        refusedArgument(() -> slots.move(slot, 0x1f000)));
  }

  @Test
  void aRefusedMove_leavesTheSlotWhereItIs() {
    MemorySlot slot = vm.addMemory(0x10000, 0x2000);
    kernel.failsOnce("KVM_SET_USER_MEMORY_REGION", Errno.EINVAL);

    assertThrows(KvmIoctlException.class, () -> slots.move(slot, 0));

    assertEquals(List.of(slot), slots.all());
    assertTrue(vm.memory().contains(0x10000, 0x2000));
  }

  @Test
  void theDirtyLog_isSwitchedOnAndOff() {
    MemorySlot slot = slots.add(MemorySpec.ram(0x10000, 0x2000).asReadOnly());
    recordRegions();

    MemorySlot on = slots.setDirtyLogged(slot, true);
    MemorySlot off = slots.setDirtyLogged(on, false);

    assertTrue(on.dirtyLogged());
    assertEquals(slot, off);
    assertEquals(
        List.of("0 flags 3 at 0x10000 size 0x2000", "0 flags 2 at 0x10000 size 0x2000"), regions);
  }

  @Test
  void aDeletedSlot_isGone_andItsIdAndRangeAreFree() {
    MemorySlot first = vm.addMemory(0x10000, 0x2000);
    MemorySlot second = vm.addMemory(0x20000, 0x1000);
    recordRegions();

    slots.delete(first);

    assertEquals(List.of("0 flags 0 at 0x10000 size 0x0"), regions);
    assertThrows(GuestMemoryException.class, () -> vm.memory().readByte(0x10000));
    assertEquals(List.of(second), slots.all());
    assertEquals(0x1000, vm.memory().sizeBytes());
    assertTrue(refusedArgument(() -> slots.delete(first)).contains("is deleted or has changed"));
    assertEquals(0, vm.addMemory(0x11000, 0x1000).id());
  }

  @Test
  void aRefusedDelete_leavesTheSlot() {
    MemorySlot slot = vm.addMemory(0x10000, 0x2000);
    kernel.failsOnce("KVM_SET_USER_MEMORY_REGION", Errno.ENOMEM);

    assertThrows(KvmIoctlException.class, () -> slots.delete(slot));

    assertEquals(List.of(slot), slots.all());
    vm.memory().writeByte(0x10000, 1);
  }

  @Test
  void addingAndDeleting_reusesTheAddresses_andUnmapsNothingUnderAReader() {
    vm.addMemory(0x10000, 0x2000);
    for (int i = 0; i < 5; i++) {
      slots.delete(slots.all().get(0));
      vm.addMemory(0x10000, 0x2000);
    }

    assertEquals(2, Collections.frequency(kernel.calls(), "mmap"), "the run area and one slot");
    assertFalse(kernel.calls().contains("munmap"));
  }

  @Test
  void reusedMemoryThatDoesNotBecomeASlot_isNotUnmapped() {
    slots.delete(vm.addMemory(0x10000, 0x2000));
    kernel.failsOnce("KVM_SET_USER_MEMORY_REGION", Errno.EINVAL);

    assertThrows(KvmIoctlException.class, () -> vm.addMemory(0, 0x2000));

    assertFalse(kernel.calls().contains("munmap"), "a reader may still have it");
  }

  @Test
  void memoryThatTheHostCannotDiscard_isNotReused() {
    MemorySlot slot = vm.addMemory(0x10000, 0x2000);
    kernel.failsOnce("madvise", Errno.EINVAL);
    slots.delete(slot);

    vm.addMemory(0x10000, 0x2000);

    assertEquals(3, Collections.frequency(kernel.calls(), "mmap"));
  }

  @Test
  void noMoreSlotsThanKvmHas() {
    kernel.next("KVM_CHECK_EXTENSION", number -> 2);
    assertEquals(2, slots.limit());
    vm.addMemory(0, 0x1000);
    vm.addMemory(0x1000, 0x1000);

    String message =
        assertThrows(IllegalStateException.class, () -> vm.addMemory(0x2000, 0x1000)).getMessage();

    assertEquals("The VM has 2 memory slots, all that this KVM offers: delete one first", message);
  }

  @Test
  void readOnlyMemory_needsItsCapability() {
    kernel.always(
        "KVM_CHECK_EXTENSION", number -> number == KvmCapability.READONLY_MEM.number() ? 0 : 32764);

    assertThrows(
        KvmCapabilityException.class, () -> slots.add(MemorySpec.ram(0, 0x1000).asReadOnly()));
    assertEquals(List.of(), slots.all());
  }

  @Test
  void theBoundOnShadowPages_isTheArgumentItself() {
    kernel.always("KVM_SET_NR_MMU_PAGES", argument -> argument == 65 ? 0 : -Errno.EINVAL);
    kernel.always("KVM_GET_NR_MMU_PAGES", argument -> 77);

    slots.setMmuPages(65);

    assertEquals(77, slots.mmuPages());
    assertEquals(
        "63 pages for shadow page tables: KVM needs 64 or more",
        refusedArgument(() -> slots.setMmuPages(63)));
  }

  @Test
  void preFaulting_goesOnWhereKvmStopped() {
    List<String> asked = new ArrayList<>();
    kernel.always(
        "KVM_PRE_FAULT_MEMORY",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmPreFaultMemory.SIZEOF);
          long address = b.getLong(KvmPreFaultMemory.GPA);
          long size = b.getLong(KvmPreFaultMemory.SIZE);
          asked.add("0x%x, 0x%x".formatted(address, size));
          b.putLong(KvmPreFaultMemory.GPA, address + 0x1000);
          b.putLong(KvmPreFaultMemory.SIZE, size - 0x1000);
          return 0;
        });

    assertEquals(0x2000, machine.vcpu.preFaultMemory(0x10000, 0x2000));
    assertEquals(List.of("0x10000, 0x2000", "0x11000, 0x1000"), asked);
  }

  @Test
  void preFaulting_endsWhenKvmMapsNothing() {
    assertEquals(0, machine.vcpu.preFaultMemory(0x10000, 0x2000));
    refusedArgument(() -> machine.vcpu.preFaultMemory(0x10001, 0x1000));
    refusedArgument(() -> machine.vcpu.preFaultMemory(0x10000, 0));
  }

  @Test
  void afterClose_everyCallSaysSo() {
    MemorySlot slot = vm.addMemory(0, 0x1000);
    vm.close();

    for (Runnable call :
        List.<Runnable>of(
            slots::all,
            slots::limit,
            () -> slots.add(MemorySpec.ram(0, 0x1000)),
            () -> slots.move(slot, 0x1000),
            () -> slots.delete(slot),
            () -> slots.dirtyLog(slot),
            slots::mmuPages,
            slots::resetDirtyRings,
            () -> slots.createGuestMemfd(0x1000),
            () -> slots.setAttributes(0, 0x1000))) {
      assertEquals(
          "the VM is closed", assertThrows(IllegalStateException.class, call::run).getMessage());
    }
  }

  private void recordRegions() {
    kernel.always(
        "KVM_SET_USER_MEMORY_REGION",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmUserspaceMemoryRegion.SIZEOF);
          regions.add(
              "%d flags %d at 0x%x size 0x%x"
                  .formatted(
                      b.getInt(KvmUserspaceMemoryRegion.SLOT),
                      b.getInt(KvmUserspaceMemoryRegion.FLAGS),
                      b.getLong(KvmUserspaceMemoryRegion.GUEST_PHYS_ADDR),
                      b.getLong(KvmUserspaceMemoryRegion.MEMORY_SIZE)));
          return 0;
        });
  }
}
