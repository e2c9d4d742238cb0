package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.Buses;
import org.kvm4j.GuestMemoryException;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmCreateGuestMemfd;
import org.kvm4j.core.abi.KvmMemoryAttributes;
import org.kvm4j.core.abi.KvmPreFaultMemory;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion2;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.memory.GuestMemfd;
import org.kvm4j.memory.GuestMemfdFlag;
import org.kvm4j.memory.MemoryAttribute;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;

/** Slots as the kernel is told of them, and guest memory that follows. */
final class MemorySlotsTest {

  private final ScriptedMachine machine =
      new ScriptedMachine(new Buses(mock(PioBus.class), mock(MmioBus.class)));
  private final ScriptedKernel kernel = machine.kernel;
  private final Vm vm = machine.vm;
  private final MemorySlots slots = vm.slots();
  private final List<String> regions = new ArrayList<>();

  @AfterEach
  void everythingIsGivenBack() {
    machine.close();
  }

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
  void aSlotInAGuestMemfd_namesFileAndOffset() {
    kernel.always("KVM_CREATE_VCPU", argument -> 0);
    List<String> asked = new ArrayList<>();
    kernel.always(
        "KVM_CREATE_GUEST_MEMFD",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmCreateGuestMemfd.SIZEOF);
          asked.add(
              "size 0x%x flags %d"
                  .formatted(
                      b.getLong(KvmCreateGuestMemfd.SIZE), b.getLong(KvmCreateGuestMemfd.FLAGS)));
          return 0;
        });
    kernel.always(
        "KVM_SET_USER_MEMORY_REGION2",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmUserspaceMemoryRegion2.SIZEOF);
          asked.add(
              "slot %d flags %d at 0x%x size 0x%x from 0x%x"
                  .formatted(
                      b.getInt(KvmUserspaceMemoryRegion2.SLOT),
                      b.getInt(KvmUserspaceMemoryRegion2.FLAGS),
                      b.getLong(KvmUserspaceMemoryRegion2.GUEST_PHYS_ADDR),
                      b.getLong(KvmUserspaceMemoryRegion2.MEMORY_SIZE),
                      b.getLong(KvmUserspaceMemoryRegion2.GUEST_MEMFD_OFFSET)));
          assertTrue(b.getInt(KvmUserspaceMemoryRegion2.GUEST_MEMFD) > 0);
          kernel.at(b.getLong(KvmUserspaceMemoryRegion2.USERSPACE_ADDR), 1).put(0, (byte) 0x5a);
          return 0;
        });
    GuestMemfd memfd =
        slots.createGuestMemfd(0x8000, GuestMemfdFlag.MMAP, GuestMemfdFlag.INIT_SHARED);
    vm.addMemory(0, 0x1000);

    MemorySlot slot = slots.add(MemorySpec.ram(0x10000, 0x2000).in(memfd, 0x3000));

    assertEquals(new MemorySlot(1, 0x10000, 0x2000, false, false, true), slot);
    assertEquals(
        List.of("size 0x8000 flags 3", "slot 1 flags 4 at 0x10000 size 0x2000 from 0x3000"), asked);
    assertEquals(0x5a, vm.memory().readByte(0x10000));
    assertEquals(0x8000, memfd.sizeBytes());
    assertEquals(Set.of(GuestMemfdFlag.MMAP, GuestMemfdFlag.INIT_SHARED), memfd.flags());
    assertTrue(refusedArgument(() -> slots.move(slot, 0x40000)).startsWith("KVM never moves"));
    assertTrue(
        refusedArgument(() -> slots.setDirtyLogged(slot, true)).startsWith("KVM never logs"));
    slots.delete(slot);
    assertThrows(GuestMemoryException.class, () -> vm.memory().readByte(0x10000));
  }

  @ParameterizedTest
  @CsvSource({"0x2000, 0x1000", "0x1000, 0x2000", "0x7ffffffffffff000, 0x1000"})
  void memoryOutsideItsGuestMemfd_isRefused(long offset, long size) {
    GuestMemfd memfd = slots.createGuestMemfd(0x2000);

    refusedArgument(() -> slots.add(MemorySpec.ram(0, size).in(memfd, offset)));
  }

  @Test
  void aGuestMemfdOfAnotherVm_isRefused() {
    try (Vm other = machine.hypervisor.createVm()) {
      GuestMemfd memfd = other.slots().createGuestMemfd(0x2000);

      assertEquals(
          "The guest_memfd is not of this VM: take one from its createGuestMemfd()",
          refusedArgument(() -> slots.add(MemorySpec.ram(0, 0x1000).in(memfd, 0))));
    }
  }

  @Test
  void memoryInAGuestMemfd_isNeitherReadOnlyNorLogged() {
    GuestMemfd memfd = slots.createGuestMemfd(0x2000);
    MemorySpec spec = MemorySpec.ram(0, 0x1000).in(memfd, 0);

    assertTrue(refusedArgument(spec::withDirtyLog).startsWith("KVM cannot make"));
    assertTrue(refusedArgument(spec::asReadOnly).startsWith("KVM cannot make"));
  }

  @Test
  void aGuestMemfdThatCannotBeMapped_isClosedAtOnce() {
    kernel.failsOnce("mmap", Errno.ENOMEM);

    assertThrows(
        KvmIoctlException.class,
        () -> slots.createGuestMemfd(0x1000, GuestMemfdFlag.MMAP, GuestMemfdFlag.INIT_SHARED));

    assertEquals("close", kernel.calls().get(kernel.calls().size() - 1));
  }

  @Test
  void flagsThatKvmLacks_areRefused() {
    kernel.next("KVM_CHECK_EXTENSION", number -> 1);

    assertEquals(
        "[INIT_SHARED]: this VM's KVM_CAP_GUEST_MEMFD_FLAGS offers only 0x1",
        refusedArgument(() -> slots.createGuestMemfd(0x1000, GuestMemfdFlag.INIT_SHARED)));
  }

  @Test
  void theNumbersOfEnums_areTheKernels() {
    assertEquals(KvmCreateGuestMemfd.GUEST_MEMFD_FLAG_MMAP, GuestMemfdFlag.MMAP.bit());
    assertEquals(
        KvmCreateGuestMemfd.GUEST_MEMFD_FLAG_INIT_SHARED, GuestMemfdFlag.INIT_SHARED.bit());
    assertEquals(KvmMemoryAttributes.KVM_MEMORY_ATTRIBUTE_PRIVATE, MemoryAttribute.PRIVATE.bit());
  }

  @Test
  void attributes_reachTheKernelWithTheirRange() {
    List<Long> asked = new ArrayList<>();
    kernel.always(
        "KVM_SET_MEMORY_ATTRIBUTES",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmMemoryAttributes.SIZEOF);
          asked.add(b.getLong(KvmMemoryAttributes.ADDRESS));
          asked.add(b.getLong(KvmMemoryAttributes.SIZE));
          asked.add(b.getLong(KvmMemoryAttributes.ATTRIBUTES));
          asked.add(b.getLong(KvmMemoryAttributes.FLAGS));
          return 0;
        });

    slots.setAttributes(0x10000, 0x2000, MemoryAttribute.PRIVATE);
    slots.setAttributes(0x3000, 0x1000);

    assertEquals(List.of(0x10000L, 0x2000L, 8L, 0L, 0x3000L, 0x1000L, 0L, 0L), asked);
    refusedArgument(() -> slots.setAttributes(0x800, 0x1000));
    refusedArgument(() -> slots.setAttributes(0x1000, 0));
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

  private static String refusedArgument(Runnable step) {
    return assertThrows(IllegalArgumentException.class, step::run).getMessage();
  }
}
