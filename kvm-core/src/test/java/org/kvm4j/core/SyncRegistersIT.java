package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_RUN;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.state.SyncPart;
import org.kvm4j.state.SyncRegisters;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.VcpuEvents.NmiEvent;
import org.kvm4j.testkit.RequiresKvm;

/** Registers that travel with KVM_RUN of a real KVM. */
@RequiresKvm
final class SyncRegistersIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final Set<SyncPart> ALL = Set.of(SyncPart.values());

  @Test
  @Exercises(
      value = {KVM_RUN},
      on = VCPU)
  void registers_travelToTheGuest_andBack() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              48 01 d8 ; again: add %rbx,%rax
              0f 20 d1 ;        mov %cr2,%rcx
              f4       ;        hlt
              eb f7    ;        jmp again
              """);
      SyncRegisters sync = cpu.vcpu.syncRegisters();
      assumeTrue(
          cpu.on(sync::offered).containsAll(ALL), "this KVM has not all of KVM_CAP_SYNC_REGS");
      cpu.on(() -> choose(sync));
      assertEquals(HALT, cpu.run());

      Registers first = cpu.on(sync::registers);
      SpecialRegisters special = cpu.on(sync::specialRegisters);
      assertEquals(first, cpu.registers());
      assertEquals(special, cpu.on(cpu.vcpu::specialRegisters));
      assertEquals(cpu.on(() -> cpu.vcpu.state().events()), cpu.on(sync::events));
      assertEquals(Guest.CODE + 7, first.rip());

      cpu.on(
          () -> {
            sync.setRegisters(first.toBuilder().rax(40).rbx(2).build());
            sync.setSpecialRegisters(special.toBuilder().cr2(0x1234_5000L).build());
            return first;
          });
      assertEquals(HALT, cpu.run());

      Registers second = cpu.on(sync::registers);
      assertEquals(42, second.rax());
      assertEquals(0x1234_5000L, second.rcx());
      assertEquals(0x1234_5000L, cpu.on(sync::specialRegisters).cr2());
    }
  }

  @Test
  @Exercises(
      value = {KVM_RUN},
      on = VCPU)
  void events_travelToTheGuest() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");
      guest.load(
          0x9000,
          """
          c6 06 00 05 42 ; movb $0x42,0x500
          f4             ; hlt
          """);
      guest.vm.memory().writeInt(2 * 4L, 0x9000);
      SyncRegisters sync = cpu.vcpu.syncRegisters();
      assumeTrue(
          cpu.on(sync::offered).containsAll(ALL), "this KVM has not all of KVM_CAP_SYNC_REGS");

      cpu.on(
          () -> {
            choose(sync);
            sync.setEvents(VcpuEvents.NONE.withNmi(new NmiEvent(false, true, false)));
            return sync;
          });

      assertEquals(HALT, cpu.run());
      assertEquals(0x42, guest.vm.memory().readByte(Guest.DATA), "the NMI's handler ran");
      assertTrue(cpu.on(sync::events).nmi().masked());
    }
  }

  @Test
  @Exercises(
      value = {KVM_RUN},
      on = VCPU)
  void registersThatKvmRefuses_failTheRun_andNotTheNextOne() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      SyncRegisters sync = cpu.vcpu.syncRegisters();
      assumeTrue(
          cpu.on(sync::offered).containsAll(ALL), "this KVM has not all of KVM_CAP_SYNC_REGS");
      SpecialRegisters good = cpu.on(cpu.vcpu::specialRegisters);
      cpu.on(
          () -> {
            choose(sync);
            // Paging without protection.
            sync.setSpecialRegisters(good.toBuilder().cr0(SpecialRegisters.CR0_PG).build());
            return sync;
          });

      KvmIoctlException refused = assertThrows(KvmIoctlException.class, cpu::run);
      cpu.on(
          () -> {
            sync.setSpecialRegisters(good);
            return sync;
          });

      assertEquals(Errno.EINVAL, refused.errno());
      assertEquals(HALT, cpu.run());
    }
  }

  private static Set<SyncPart> choose(SyncRegisters sync) {
    sync.choose(ALL);
    return ALL;
  }
}
