package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_GUEST_MEMFD;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_NR_MMU_PAGES;
import static org.kvm4j.core.abi.Ioctl.KVM_PRE_FAULT_MEMORY;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MEMORY_ATTRIBUTES;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_NR_MMU_PAGES;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_USER_MEMORY_REGION;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_USER_MEMORY_REGION2;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kvm4j.GuestMemoryException;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MemorySlot;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.memory.GuestMemfd;
import org.kvm4j.memory.GuestMemfdFlag;
import org.kvm4j.memory.HostMemory;
import org.kvm4j.memory.MemoryAttribute;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;
import org.kvm4j.testkit.RequiresKvm;

/** Memory slots as a real guest sees them. */
@RequiresKvm
final class MemoryIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final HostMemory HUGE = HostMemory.STANDARD.withHugePages(true);
  private static final long HIGH = 0x20_0000;
  private static final long ELSEWHERE = 0x40_0000;

  /** Adds 1 to the number at 2 MiB. */
  private static final String INCREMENT =
      """
      ff 05 00 00 20 00 ; incl 0x200000
      f4                ; hlt
      """;

  /** Reads the number at 2 MiB into EAX. */
  private static final String READ =
      """
      a1 00 00 20 00 ; mov 0x200000,%eax
      f4             ; hlt
      """;

  private final RecordingPort port = new RecordingPort();

  @Test
  @Exercises(value = KVM_SET_USER_MEMORY_REGION, on = VM)
  void writesToReadOnlyMemory_goToTheBus_andReadsDoNotExit() {
    try (Guest guest = Guest.bare()) {
      guest.mmio.register(HIGH, 0x1000, port.answering(0x99).inMemory());
      guest.vm.slots().add(MemorySpec.ram(HIGH, 0x1000).asReadOnly());
      guest.vm.memory().writeInt(HIGH, 0x1234_5678);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              a1 00 00 20 00                ; mov 0x200000,%eax
              c7 05 00 00 20 00 11 22 33 44 ; movl $0x44332211,0x200000
              8b 1d 00 00 20 00             ; mov 0x200000,%ebx
              f4                            ; hlt
              """);

      assertEquals(HALT, cpu.run());

      assertEquals(List.of("4 bytes 0x44332211"), port.writes);
      assertEquals(0x1234_5678, cpu.registers().rax());
      assertEquals(0x1234_5678, cpu.registers().rbx(), "the write has not changed it");
      assertEquals(0x1234_5678, guest.vm.memory().readInt(HIGH));
    }
  }

  @Test
  @Exercises(value = KVM_SET_USER_MEMORY_REGION, on = VM)
  void writesToReadOnlyMemory_thatNobodyAnswers_areCounted_andTheGuestGoesOn() {
    try (Guest guest = Guest.bare()) {
      guest.vm.slots().add(MemorySpec.ram(HIGH, 0x1000).asReadOnly());
      guest.vm.memory().writeInt(HIGH, 0x1234_5678);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              66 c7 05 00 00 20 00 11 22 ; movw $0x2211,0x200000
              66 c7 05 00 00 20 00 33 44 ; movw $0x4433,0x200000
              8b 1d 00 00 20 00          ; mov 0x200000,%ebx
              f4                         ; hlt
              """);

      assertEquals(HALT, cpu.run());

      assertEquals(0x1234_5678, cpu.registers().rbx(), "the writes have not changed it");
      assertEquals(Map.of(HIGH, 2L, HIGH + 1, 2L), guest.mmio.unclaimed().byAddress());
    }
  }

  @Test
  @Exercises(value = KVM_SET_USER_MEMORY_REGION, on = VM)
  void memoryInAMemfd_isSeenByWhoeverHasTheFile() throws IOException {
    try (Guest guest = Guest.bare()) {
      MemorySlot slot =
          guest
              .vm
              .slots()
              .add(MemorySpec.ram(HIGH, 0x1000).on(HostMemory.STANDARD.withMemfd(true)));
      int fd = guest.vm.slots().memfd(slot).orElseThrow();
      Path file = Path.of("/proc/self/fd/" + fd);
      try (RandomAccessFile other = new RandomAccessFile(file.toFile(), "rw")) {
        other.write(41); // little-endian
        assertEquals(HALT, guest.boot(Mode.PROTECTED, INCREMENT).run());

        other.seek(0);
        assertEquals(42, other.read());
        assertEquals(0x1000, other.length());
      }
    }
  }

  /** As many as this test needs are set aside by itself, where it may do so. */
  @Test
  @Exercises(value = KVM_SET_USER_MEMORY_REGION, on = VM)
  void memoryInHugePages_isTheGuests_andIsRefusedWhereTheHostHasNone() throws IOException {
    Path setAside = Path.of("/proc/sys/vm/nr_hugepages");
    assumeTrue(Files.isWritable(setAside), "huge pages can be set aside by root alone");
    String before = Files.readString(setAside);
    try {
      Files.writeString(setAside, "2");
      assumeTrue(Files.readString(setAside).strip().equals("2"), "the host finds no huge pages");
      for (HostMemory kind : List.of(HUGE, HUGE.withMemfd(true))) {
        try (Guest guest = Guest.bare()) {
          guest.vm.slots().add(MemorySpec.ram(HIGH, 4 << 20).on(kind));
          guest.vm.memory().writeInt(HIGH, 41);
          assertEquals(HALT, guest.boot(Mode.PROTECTED, INCREMENT).run());
          assertEquals(42, guest.vm.memory().readInt(HIGH));
          assertTrue(
              Files.readString(Path.of("/proc/meminfo")).contains("HugePages_Rsvd:        1"));

          MemorySpec more = MemorySpec.ram(0x80_0000, 2 << 20).on(kind);
          KvmIoctlException none =
              assertThrows(KvmIoctlException.class, () -> guest.vm.slots().add(more));
          assertEquals(Errno.ENOMEM, none.errno());
        }
      }
    } finally {
      Files.writeString(setAside, before);
    }
  }

  @Test
  @Exercises(value = KVM_SET_USER_MEMORY_REGION, on = VM)
  void aMovedSlot_isFoundByTheGuestAtItsNewAddress() {
    try (Guest guest = Guest.bare()) {
      MemorySlot slot = guest.vm.addMemory(ELSEWHERE, 0x2000);
      guest.vm.memory().writeInt(ELSEWHERE, 41);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, INCREMENT);

      guest.vm.slots().move(slot, HIGH);

      assertEquals(HALT, cpu.run());
      assertEquals(42, guest.vm.memory().readInt(HIGH));
      assertThrows(GuestMemoryException.class, () -> guest.vm.memory().readByte(ELSEWHERE));
    }
  }

  @Test
  @Exercises(value = KVM_SET_USER_MEMORY_REGION, on = VM)
  void aDeletedSlot_isNoMemoryForTheGuest_andTheNextOneIsZero() {
    try (Guest guest = Guest.bare()) {
      guest.mmio.register(HIGH, 0x1000, port.answering(0x77).inMemory());
      MemorySlot slot = guest.vm.addMemory(HIGH, 0x1000);
      guest.vm.memory().writeInt(HIGH, 0x55);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, READ);
      assertEquals(HALT, cpu.run());
      assertEquals(0x55, cpu.registers().rax());

      guest.vm.slots().delete(slot);
      restart(cpu);
      assertEquals(0x77, cpu.registers().rax(), "from the bus");

      assertEquals(slot, guest.vm.addMemory(HIGH, 0x1000));
      restart(cpu);
      assertEquals(0, cpu.registers().rax());
    }
  }

  @Test
  @Exercises(value = KVM_SET_USER_MEMORY_REGION, on = VM)
  void slotsComeAndGo_asOftenAsOneLikes() {
    try (Guest guest = Guest.bare()) {
      MemorySlots slots = guest.vm.slots();
      for (int i = 0; i < 50; i++) {
        MemorySlot slot = guest.vm.addMemory(HIGH, 0x10_0000);
        assertEquals(0, guest.vm.memory().readInt(HIGH));
        guest.vm.memory().writeInt(HIGH, i + 1);
        slots.delete(slot);
      }

      assertEquals(1, slots.all().size());
      assertTrue(slots.limit() >= 8);
    }
  }

  @Test
  @Exercises(
      value = {KVM_SET_NR_MMU_PAGES},
      on = VM)
  void theBoundOnShadowPages_isTaken() {
    try (Guest guest = Guest.bare()) {
      guest.vm.slots().setMmuPages(512);
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");

      assertEquals(HALT, cpu.run());
    }
  }

  @Test
  @Exercises(
      value = {KVM_SET_NR_MMU_PAGES, KVM_GET_NR_MMU_PAGES},
      on = VM)
  void theBoundOnShadowPages_isReadBack() {
    try (Guest guest = Guest.bare()) {
      guest.vm.slots().setMmuPages(512);

      int pages;
      try {
        pages = guest.vm.slots().mmuPages();
      } catch (KvmIoctlException e) {
        IoctlReport.skipRefused(KVM_GET_NR_MMU_PAGES, VM, Errno.describe(e.errno()));
        throw e;
      }

      assertEquals(512, pages);
    }
  }

  @Test
  @Exercises(
      value = {KVM_CREATE_GUEST_MEMFD, KVM_SET_USER_MEMORY_REGION2},
      on = VM)
  void memoryInAGuestMemfd_isTheGuests_andTheHostsIfShared() {
    try (Guest guest = Guest.bare()) {
      long flags = guest.vm.checkExtension(KvmCapability.GUEST_MEMFD_FLAGS.number());
      long shared = GuestMemfdFlag.MMAP.bit() | GuestMemfdFlag.INIT_SHARED.bit();
      boolean isShared = (flags & shared) == shared;
      GuestMemfdFlag[] asked = isShared ? GuestMemfdFlag.values() : new GuestMemfdFlag[0];
      GuestMemfd memfd = guest.vm.slots().createGuestMemfd(0x4000, asked);
      MemorySlot slot = guest.vm.slots().add(MemorySpec.ram(HIGH, 0x2000).in(memfd, 0x1000));
      guest.vm.memory().writeInt(HIGH, 41);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, INCREMENT);

      assertEquals(HALT, cpu.run());

      assertTrue(slot.inGuestMemfd());
      assertEquals(42, guest.vm.memory().readInt(HIGH));
      guest.vm.slots().delete(slot);
      assertThrows(GuestMemoryException.class, () -> guest.vm.memory().readInt(HIGH));
      if (isShared) {
        guest.vm.slots().add(MemorySpec.ram(HIGH, 0x1000).in(memfd, 0x1000));
        assertEquals(42, guest.vm.memory().readInt(HIGH), "the content is the file's");
      }
    }
  }

  @Test
  @Exercises(value = KVM_SET_MEMORY_ATTRIBUTES, on = VM)
  void aRange_becomesPrivateAndSharedAgain() {
    try (Guest guest = Guest.bare()) {
      guest.vm.slots().setAttributes(HIGH, 0x2000, MemoryAttribute.PRIVATE);
      guest.vm.slots().setAttributes(HIGH, 0x2000);
      guest.vm.addMemory(HIGH, 0x1000);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, INCREMENT);

      assertEquals(HALT, cpu.run());
      assertEquals(1, guest.vm.memory().readInt(HIGH));
    }
  }

  @Test
  @Exercises(value = KVM_PRE_FAULT_MEMORY, on = VCPU)
  void memory_isMappedBeforeTheGuestTouchesIt() {
    try (Guest guest = Guest.bare()) {
      guest.vm.addMemory(HIGH, 0x4000);
      GuestCpu cpu = guest.boot(Mode.PROTECTED, INCREMENT);

      long mapped;
      try {
        mapped = cpu.on(() -> cpu.vcpu.preFaultMemory(HIGH, 0x4000));
      } catch (KvmIoctlException e) {
        IoctlReport.skipRefused(KVM_PRE_FAULT_MEMORY, VCPU, Errno.describe(e.errno()));
        throw e;
      }

      assertEquals(0x4000, mapped);
      assertEquals(HALT, cpu.run());
      assertEquals(1, guest.vm.memory().readInt(HIGH));
      KvmIoctlException outside =
          assertThrows(
              KvmIoctlException.class,
              () -> cpu.on(() -> cpu.vcpu.preFaultMemory(ELSEWHERE, 0x1000)));
      assertEquals(Errno.ENOENT, outside.errno());
    }
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
