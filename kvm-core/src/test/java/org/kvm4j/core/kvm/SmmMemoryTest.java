package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.Buses;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MemorySlot;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmUserspaceMemoryRegion;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.memory.MemorySlots;

/** Memory that system management mode sees, too: address space 1, in the slot's number. */
final class SmmMemoryTest {

  private final ScriptedMachine machine =
      new ScriptedMachine(new Buses(mock(PioBus.class), mock(MmioBus.class)));
  private final ScriptedKernel kernel = machine.kernel;
  private final MemorySlots slots = machine.vm.slots();
  private final MemorySlot slot = machine.vm.addMemory(0x10000, 0x2000);
  private final List<String> regions = new ArrayList<>();

  SmmMemoryTest() {
    kernel.always("KVM_SET_USER_MEMORY_REGION", this::note);
  }

  @AfterEach
  void everythingIsGivenBack() {
    machine.close();
  }

  @Test
  void theSameMemory_isAddedInTheOtherAddressSpace() {
    slots.showInSmm(slot);

    assertEquals(List.of("0x10000 at 0x10000 size 0x2000"), regions);
    assertEquals(List.of(slot), slots.all(), "it is one slot to its user");
  }

  @Test
  void aDeletedSlot_isHiddenFirst() {
    slots.showInSmm(slot);
    regions.clear();

    slots.delete(slot);

    assertEquals(List.of("0x10000 at 0x10000 size 0x0", "0x0 at 0x10000 size 0x0"), regions);
  }

  @Test
  void aMovedSlot_isShownAtItsNewPlace() {
    slots.showInSmm(slot);
    regions.clear();

    slots.move(slot, 0x40000);

    assertEquals(
        List.of(
            "0x10000 at 0x10000 size 0x0",
            "0x0 at 0x40000 size 0x2000",
            "0x10000 at 0x40000 size 0x2000"),
        regions);
  }

  @Test
  void aRefusedMove_leavesItShownWhereItWas() {
    slots.showInSmm(slot);
    regions.clear();
    kernel.next("KVM_SET_USER_MEMORY_REGION", this::note, argument -> -Errno.EINVAL);

    assertThrows(KvmIoctlException.class, () -> slots.move(slot, 0x40000));

    assertEquals(List.of("0x10000 at 0x10000 size 0x0", "0x10000 at 0x10000 size 0x2000"), regions);
  }

  @Test
  void aKvmWithoutThatMode_saysSo() {
    int missing = KvmCapability.MULTI_ADDRESS_SPACE.number();
    kernel.always("KVM_CHECK_EXTENSION", number -> number == missing ? 0 : 1);

    KvmCapabilityException failure =
        assertThrows(KvmCapabilityException.class, () -> slots.showInSmm(slot));

    assertEquals(KvmCapability.MULTI_ADDRESS_SPACE, failure.capability());
    assertEquals(List.of(), regions);
  }

  private int note(long argument) {
    ByteBuffer region = kernel.at(argument, KvmUserspaceMemoryRegion.SIZEOF);
    regions.add(
        "0x%x at 0x%x size 0x%x"
            .formatted(
                region.getInt(KvmUserspaceMemoryRegion.SLOT),
                region.getLong(KvmUserspaceMemoryRegion.GUEST_PHYS_ADDR),
                region.getLong(KvmUserspaceMemoryRegion.MEMORY_SIZE)));
    return 0;
  }
}
