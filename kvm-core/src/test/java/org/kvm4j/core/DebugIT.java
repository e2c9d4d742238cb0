package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_GUEST_DEBUG;
import static org.kvm4j.core.abi.Ioctl.KVM_TRANSLATE;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.Translation;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.debug.DebugConfiguration;
import org.kvm4j.debug.HardwareBreakpoint;
import org.kvm4j.testkit.RequiresKvm;

/** Guest code under a debugger, and the guest's page tables. */
@RequiresKvm
final class DebugIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final DebugConfiguration STEP =
      DebugConfiguration.builder().singleStep(true).build();

  private static final String COUNTING =
      """
      b8 01 00 00 00 ; mov $1,%eax
      83 c0 02       ; add $2,%eax
      eb 01          ; jmp over
      90             ; nop
      01 c0          ; over: add %eax,%eax
      f4             ; hlt
      """;

  @Test
  @Exercises(value = KVM_SET_GUEST_DEBUG, on = FdKind.VCPU)
  void singleSteps_stopAfterEachInstruction() {
    for (Mode mode : List.of(Mode.PROTECTED, Mode.LONG)) {
      try (Guest guest = Guest.bare()) {
        GuestCpu cpu = guest.boot(mode, COUNTING);
        configure(cpu, STEP);
        List<String> steps = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
          VcpuExit.Debug step = assertInstanceOf(VcpuExit.Debug.class, cpu.run());
          assertTrue(step.isSingleStep(), step.toString());
          assertEquals(step.pc(), cpu.registers().rip());
          steps.add("+%d eax=%d".formatted(step.pc() - Guest.CODE, cpu.registers().rax()));
        }

        assertEquals(
            List.of("+5 eax=1", "+8 eax=3", "+11 eax=3", "+13 eax=6"), steps, mode + " mode");
        configure(cpu, DebugConfiguration.OFF); // a step over hlt is Halt or Debug, by the KVM
        assertEquals(HALT, cpu.run());
      }
    }
  }

  @Test
  @Exercises(value = KVM_SET_GUEST_DEBUG, on = FdKind.VCPU)
  void afterOff_theGuestRunsOn() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.PROTECTED, COUNTING);
      configure(cpu, STEP);
      assertInstanceOf(VcpuExit.Debug.class, cpu.run());

      configure(cpu, DebugConfiguration.OFF);

      assertEquals(HALT, cpu.run());
      assertEquals(6, cpu.registers().rax());
    }
  }

  @Test
  @Exercises(value = KVM_SET_GUEST_DEBUG, on = FdKind.VCPU)
  void anExecutionBreakpoint_stopsBeforeItsInstruction_andIsPassedWithoutIt() {
    try (Guest guest = Guest.bare()) {
      RecordingPort register = new RecordingPort();
      guest.pio.register(0x80, 1, register);
      guest.vm.memory().writeByte(Guest.DATA, 0x77);
      // KVM emulates outsb, so that this works on an emulated processor as well, where KVM
      // itself must compare addresses.
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              b8 01 00 00 00 ; mov $1,%eax
              be 00 05 00 00 ; mov $0x500,%esi
              66 ba 80 00    ; mov $0x80,%dx
              6e             ; outsb %ds:(%esi),(%dx)
              83 c0 02       ; add $2,%eax
              f4             ; hlt
              """);
      HardwareBreakpoint elsewhere = HardwareBreakpoint.execution(0x1234_5678);
      HardwareBreakpoint outsb = HardwareBreakpoint.execution(Guest.CODE + 14);
      DebugConfiguration both = DebugConfiguration.builder().add(elsewhere).add(outsb).build();
      configure(cpu, both);

      VcpuExit.Debug hit = assertInstanceOf(VcpuExit.Debug.class, cpu.run());

      assertEquals(Guest.CODE + 14, hit.pc());
      assertEquals(Optional.of(outsb), both.hit(hit));
      assertEquals(List.of(), register.writes);
      // Not by a step: a stock KVM loses it over an emulated outsb, and runs on to hlt.
      configure(cpu, DebugConfiguration.builder().add(elsewhere).build());
      assertEquals(HALT, cpu.run());
      assertEquals(List.of("1 bytes 0x77"), register.writes);
      assertEquals(3, cpu.registers().rax());
    }
  }

  @Test
  @Exercises(value = KVM_SET_GUEST_DEBUG, on = FdKind.VCPU)
  void aWatchpoint_stopsAfterTheWrite() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              c7 05 00 05 00 00 11 00 00 00 ; movl $0x11,0x500
              c7 05 04 05 00 00 22 00 00 00 ; movl $0x22,0x504
              90                            ; nop
              f4                            ; hlt
              """);
      HardwareBreakpoint second = HardwareBreakpoint.write(Guest.DATA + 4, 4);
      DebugConfiguration watching = DebugConfiguration.builder().add(second).build();
      configure(cpu, watching);

      VcpuExit exit = cpu.run();

      assumeFalse(exit.equals(HALT), "this KVM, or the processor under it, knows no watchpoints");
      VcpuExit.Debug hit = assertInstanceOf(VcpuExit.Debug.class, exit);
      assertEquals(Guest.CODE + 20, hit.pc());
      assertEquals(Optional.of(second), watching.hit(hit));
      assertEquals(0x22, guest.vm.memory().readInt(Guest.DATA + 4));
      assertEquals(HALT, cpu.run());
    }
  }

  @Test
  @Exercises(value = KVM_SET_GUEST_DEBUG, on = FdKind.VCPU)
  void anInt3_stopsTheGuest_whichGoesOnWithTheInstructionPutBack() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.PROTECTED, COUNTING);
      guest.vm.memory().writeByte(Guest.CODE + 5, 0xcc); // over the first byte of add $2,%eax
      configure(cpu, DebugConfiguration.builder().softwareBreakpoints(true).build());

      VcpuExit exit = cpu.run();

      assumeFalse(
          exit instanceof VcpuExit.InternalError error
              && error.suberror() == VcpuExit.InternalError.EMULATION,
          "this KVM interprets the guest and knows no int3");
      assumeFalse(
          exit instanceof VcpuExit.Shutdown,
          "the processor under this KVM is emulated and does not intercept int3");
      VcpuExit.Debug hit = assertInstanceOf(VcpuExit.Debug.class, exit);
      assertTrue(hit.isSoftwareBreakpoint(), hit.toString());
      assertEquals(Guest.CODE + 5, hit.pc());
      assertEquals(Guest.CODE + 5, cpu.registers().rip());
      guest.vm.memory().writeByte(Guest.CODE + 5, 0x83);
      assertEquals(HALT, cpu.run());
      assertEquals(6, cpu.registers().rax());
    }
  }

  @Test
  @Exercises(value = KVM_SET_GUEST_DEBUG, on = FdKind.VCPU)
  void injectedExceptions_reachTheGuestsHandlers() {
    try (Guest guest = Guest.bare()) {
      guest.vm.memory().writeInt(1 * 4, Guest.CODE + 0x10); // #DB
      guest.vm.memory().writeInt(3 * 4, Guest.CODE + 0x20); // #BP
      GuestCpu cpu = guest.boot(Mode.REAL, "cc ; int3");
      guest.load(Guest.CODE + 0x10, "66 bb db 00 00 00 ; mov $0xdb,%ebx\nf4 ; hlt");
      guest.load(Guest.CODE + 0x20, "66 b9 b9 00 00 00 ; mov $0xb9,%ecx\nf4 ; hlt");

      run(cpu, () -> cpu.vcpu.debug().injectDebugException());
      assertEquals(HALT, cpu.run());
      assertEquals(0xdb, cpu.registers().rbx());

      // As after an exit for the guest's own int3: RIP is at it.
      run(
          cpu,
          () -> cpu.vcpu.setRegisters(cpu.vcpu.registers().toBuilder().rip(Guest.CODE).build()));
      run(cpu, () -> cpu.vcpu.debug().injectBreakpoint());
      assertEquals(HALT, cpu.run());
      assertEquals(0xb9, cpu.registers().rcx());
    }
  }

  @Test
  @Exercises(value = KVM_SET_GUEST_DEBUG, on = FdKind.VCPU)
  void interruptsCanBeBlocked_whileStepping() {
    try (Guest guest = Guest.withIrqchip()) {
      GuestCpu cpu = guest.boot(Mode.PROTECTED, COUNTING);
      if (guest.hypervisor.supports(KvmCapability.SET_GUEST_DEBUG2)) {
        configure(cpu, STEP.toBuilder().blockInterrupts(true).build());
        assertEquals(Guest.CODE + 5, assertInstanceOf(VcpuExit.Debug.class, cpu.run()).pc());
      } else {
        configure(cpu, STEP);
      }
      assertTrue(cpu.on(() -> cpu.vcpu.debug().configuration()).singleStep());
    }
  }

  @Test
  @Exercises(value = KVM_TRANSLATE, on = FdKind.VCPU)
  void linearAddresses_areTranslatedByTheGuestsPageTables() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      long directory = 0x3000;
      guest.vm.memory().writeLong(directory + 8, 0x4000_0083L); // 2 MiB to 4 MiB at 1 GiB
      guest.vm.memory().writeLong(directory + 16, 0); // 4 MiB to 6 MiB not at all

      assertEquals(0xdead_beefL, translate(cpu, 0xdead_beefL).orElseThrow().physicalAddress());
      assertEquals(0x4000_5678L, translate(cpu, 0x20_5678L).orElseThrow().physicalAddress());
      assertEquals(Optional.empty(), translate(cpu, 0x40_0000L));
      assertEquals(Optional.empty(), translate(cpu, 0x1_0000_0000L));
    }
  }

  private static Optional<Translation> translate(GuestCpu cpu, long linear) {
    return cpu.on(() -> cpu.vcpu.translate(linear));
  }

  private static void configure(GuestCpu cpu, DebugConfiguration configuration) {
    run(cpu, () -> cpu.vcpu.debug().configure(configuration));
  }

  private static void run(GuestCpu cpu, Runnable action) {
    cpu.on(
        () -> {
          action.run();
          return true;
        });
  }
}
