package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.kvm4j.core.abi.Ioctl.KVM_IOEVENTFD;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.io.EventFd;
import org.kvm4j.io.IoEventFdSpec;
import org.kvm4j.testkit.RequiresKvm;

/** Guest writes that signal an eventfd: exactly those that match, and all others reach the bus. */
@RequiresKvm
final class IoEventFdIT {

  private static final long MEMORY = 0xd000_0000L;

  private final RecordingPort port = new RecordingPort();

  /** Writes 0x11 and 0x22 as bytes, then 0x3322 as a word; one pass for each run. */
  private GuestCpu portWriter(Guest guest) {
    guest.pio.register(0x100, 4, port);
    return guest.boot(
        Mode.REAL,
        """
        ba 00 01 ; next: mov $0x100,%dx
        b8 11 33 ;       mov $0x3311,%ax
        ee       ;       out %al,(%dx)
        b0 22    ;       mov $0x22,%al
        ee       ;       out %al,(%dx)
        ef       ;       out %ax,(%dx)
        f4       ;       hlt
        eb f2    ;       jmp next
        """);
  }

  /** Writes 1, 1, 2, 4 and 8 bytes; one pass for each run. */
  private GuestCpu memoryWriter(Guest guest) {
    guest.mmio.register(MEMORY, 0x1000, port.inMemory());
    return guest.boot(
        Mode.LONG,
        """
        bb 00 00 00 d0                ; next: mov $0xd0000000,%ebx
        48 b8 11 22 33 44 55 66 77 88 ;       movabs $0x8877665544332211,%rax
        88 03                         ;       mov %al,(%rbx)
        88 23                         ;       mov %ah,(%rbx)
        66 89 03                      ;       mov %ax,(%rbx)
        89 03                         ;       mov %eax,(%rbx)
        48 89 03                      ;       mov %rax,(%rbx)
        f4                            ;       hlt
        eb e0                         ;       jmp next
        """);
  }

  @Test
  @Exercises(value = KVM_IOEVENTFD, on = FdKind.VM)
  void writesToAPort_ofTheLength_signal() {
    try (Guest guest = Guest.bare();
        EventFd eventFd = guest.hypervisor.createEventFd()) {
      GuestCpu cpu = portWriter(guest);
      guest.vm.ioEventFds().connect(eventFd, IoEventFdSpec.port(0x100, 1));

      assertEquals(new VcpuExit.Halt(), cpu.run());

      assertEquals(List.of("2 bytes 0x3322"), port.writes);
      assertEquals(2, eventFd.poll());
    }
  }

  @Test
  @Exercises(value = KVM_IOEVENTFD, on = FdKind.VM)
  void writesToAPort_ofTheValue_signal_untilDisconnected() {
    try (Guest guest = Guest.bare();
        EventFd bytes = guest.hypervisor.createEventFd();
        EventFd words = guest.hypervisor.createEventFd()) {
      GuestCpu cpu = portWriter(guest);
      IoEventFdSpec byte22 = IoEventFdSpec.port(0x100, 1).matching(0x22);
      IoEventFdSpec word3322 = IoEventFdSpec.port(0x100, 2).matching(0x3322);
      guest.vm.ioEventFds().connect(bytes, byte22);
      guest.vm.ioEventFds().connect(words, word3322);

      assertEquals(new VcpuExit.Halt(), cpu.run());

      assertEquals(List.of("1 bytes 0x11"), port.writes);
      assertEquals(1, bytes.poll());
      assertEquals(1, words.poll());

      guest.vm.ioEventFds().disconnect(words, word3322);
      assertEquals(new VcpuExit.Halt(), cpu.run());

      assertEquals(List.of("1 bytes 0x11", "1 bytes 0x11", "2 bytes 0x3322"), port.writes);
      assertEquals(1, bytes.poll());
      assertEquals(0, words.poll());
    }
  }

  @Test
  @Exercises(value = KVM_IOEVENTFD, on = FdKind.VM)
  void writesToAPort_ofAnyLength_signal() {
    try (Guest guest = Guest.bare();
        EventFd eventFd = guest.hypervisor.createEventFd()) {
      GuestCpu cpu = portWriter(guest);
      guest.vm.ioEventFds().connect(eventFd, IoEventFdSpec.port(0x100, IoEventFdSpec.ANY_LENGTH));

      assertEquals(new VcpuExit.Halt(), cpu.run());

      assertEquals(List.of(), port.writes);
      assertEquals(3, eventFd.poll());
    }
  }

  @Test
  @Exercises(value = KVM_IOEVENTFD, on = FdKind.VM)
  void writesToMemory_ofLengthAndValue_signal() {
    try (Guest guest = Guest.bare();
        EventFd bytes = guest.hypervisor.createEventFd();
        EventFd eights = guest.hypervisor.createEventFd()) {
      GuestCpu cpu = memoryWriter(guest);
      guest.vm.ioEventFds().connect(bytes, IoEventFdSpec.memory(MEMORY, 1).matching(0x22));
      guest
          .vm
          .ioEventFds()
          .connect(eights, IoEventFdSpec.memory(MEMORY, 8).matching(0x8877_6655_4433_2211L));

      assertEquals(new VcpuExit.Halt(), cpu.run());

      assertEquals(List.of("1 bytes 0x11", "2 bytes 0x2211", "4 bytes 0x44332211"), port.writes);
      assertEquals(1, bytes.poll());
      assertEquals(1, eights.poll());
    }
  }

  @Test
  @Exercises(value = KVM_IOEVENTFD, on = FdKind.VM)
  void writesToMemory_ofTheLength_signal() {
    try (Guest guest = Guest.bare();
        EventFd eventFd = guest.hypervisor.createEventFd()) {
      GuestCpu cpu = memoryWriter(guest);
      guest.vm.ioEventFds().connect(eventFd, IoEventFdSpec.memory(MEMORY, 2));
      guest.vm.ioEventFds().connect(eventFd, IoEventFdSpec.memory(MEMORY, 4));

      assertEquals(new VcpuExit.Halt(), cpu.run());

      assertEquals(
          List.of("1 bytes 0x11", "1 bytes 0x22", "8 bytes 0x8877665544332211"), port.writes);
      assertEquals(2, eventFd.poll());
    }
  }

  @Test
  @Exercises(value = KVM_IOEVENTFD, on = FdKind.VM)
  void writesToMemory_ofAnyLength_signal() {
    try (Guest guest = Guest.bare();
        EventFd eventFd = guest.hypervisor.createEventFd()) {
      GuestCpu cpu = memoryWriter(guest);
      IoEventFdSpec any = IoEventFdSpec.memory(MEMORY, IoEventFdSpec.ANY_LENGTH);
      guest.vm.ioEventFds().connect(eventFd, any);

      assertEquals(new VcpuExit.Halt(), cpu.run());

      assertEquals(List.of(), port.writes);
      assertEquals(5, eventFd.poll());
    }
  }

  @Test
  @Exercises(value = KVM_IOEVENTFD, on = FdKind.VM)
  void theSameWritesTwice_andWritesNeverConnected_areErrors() {
    try (Guest guest = Guest.bare();
        EventFd eventFd = guest.hypervisor.createEventFd()) {
      IoEventFdSpec writes = IoEventFdSpec.memory(MEMORY, 4).matching(7);
      guest.vm.ioEventFds().connect(eventFd, writes);

      assertEquals(Errno.EEXIST, refusal(() -> guest.vm.ioEventFds().connect(eventFd, writes)));
      assertEquals(
          Errno.ENOENT,
          refusal(() -> guest.vm.ioEventFds().disconnect(eventFd, writes.matching(8))));
    }
  }

  private static int refusal(Runnable call) {
    return assertThrows(KvmIoctlException.class, call::run).errno();
  }
}
