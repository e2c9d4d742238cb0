package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.Refusals.refusedArgument;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.GuestMemoryException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmCreateGuestMemfd;
import org.kvm4j.core.abi.KvmMemoryAttributes;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion2;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.memory.GuestMemfd;
import org.kvm4j.memory.GuestMemfdFlag;
import org.kvm4j.memory.MemoryAttribute;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;

/** Memory in files that only the guest may see, and the attributes of its pages. */
final class GuestMemfdTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final Vm vm = machine.vm;
  private final MemorySlots slots = vm.slots();

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
}
