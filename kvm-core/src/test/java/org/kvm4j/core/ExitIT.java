package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;
import static org.kvm4j.core.abi.Ioctl.KVM_RUN;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.kvm4j.Segment;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;
import org.kvm4j.policy.Quirk;
import org.kvm4j.policy.VmOption;
import org.kvm4j.policy.VmPolicy;
import org.kvm4j.testkit.RequiresKvm;

/** Exits of a real guest that are no accesses, and what a VM's options change about them. */
@RequiresKvm
final class ExitIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final int MOST_KICKS = 100_000;
  private static final int UD_VECTOR = 6;
  private static final int HANDLER = 0x9000;

  /** With L and D. */
  private static final Segment CODE_64_AND_32 =
      new Segment(0, 0xffff_ffff, 8, 0xb, true, 0, true, true, true, true, false, false);

  private static final long VMX_INVALID_STATE = 0x8000_0021L;
  private static final long SVM_INVALID = -1;

  /** As kernels give it that hand on the low half alone. */
  private static final long SVM_INVALID_32 = 0xffff_ffffL;

  @Test
  @Exercises(value = KVM_RUN, on = VCPU)
  void aTripleFault_isAShutdown() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              0f 01 1d 00 05 00 00 ; lidt 0x500: zeros there, so an empty table
              0f 0b                ; ud2
              """);

      assertEquals(new VcpuExit.Shutdown(), cpu.run());
    }
  }

  @Test
  @Exercises(value = KVM_RUN, on = VCPU)
  void anInstructionThatKvmCannotEmulate_comesWithItsBytes() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              bb 00 00 00 d0 ; mov $0xd0000000,%ebx
              0f fe 03       ; paddd (%ebx),%mm0: no device register is read like this
              f4             ; hlt
              """);

      VcpuExit exit = cpu.run();

      VcpuExit.InternalError error = assertInstanceOf(VcpuExit.InternalError.class, exit);
      assertEquals(VcpuExit.InternalError.EMULATION, error.suberror());
      byte[] bytes = error.instructionBytes();
      assertTrue(bytes.length >= 3, () -> exit.toString());
      assertArrayEquals(new byte[] {0x0f, (byte) 0xfe, 0x03}, Arrays.copyOf(bytes, 3));
      assertEquals(Guest.CODE + 5, cpu.registers().rip());
    }
  }

  /** Intel SDM volume 3, section 27.3.1.2; AMD64 APM volume 2, section 15.5.1. */
  @Test
  @Exercises(value = KVM_RUN, on = VCPU)
  void codeOf64And32BitsAtOnce_isNoStateToEnter() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      cpu.on(
          () -> {
            SpecialRegisters sound = cpu.vcpu.specialRegisters();
            cpu.vcpu.setSpecialRegisters(sound.toBuilder().cs(CODE_64_AND_32).build());
            return null;
          });

      VcpuExit exit = cpu.run();
      if (exit.equals(HALT)) { // a KVM in software asks no processor
        IoctlReport.skipRefused(KVM_RUN, VCPU, "enters a state that no processor would");
      }

      VcpuExit.FailEntry refused = assertInstanceOf(VcpuExit.FailEntry.class, exit);
      assertTrue(
          Set.of(VMX_INVALID_STATE, SVM_INVALID_32, SVM_INVALID).contains(refused.hardwareReason()),
          refused::toString);
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void exitOnFailedEmulation_isAnExitToo() {
    try (Guest guest = Guest.bare()) {
      guest.vm.policy().enable(Set.of(VmOption.EXIT_ON_FAILED_EMULATION));
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              bb 00 00 00 d0 ; mov $0xd0000000,%ebx
              0f fe 03       ; paddd (%ebx),%mm0
              f4             ; hlt
              """);

      VcpuExit.InternalError error = assertInstanceOf(VcpuExit.InternalError.class, cpu.run());

      assertEquals(VcpuExit.InternalError.EMULATION, error.suberror());
      assertArrayEquals(
          new byte[] {0x0f, (byte) 0xfe, 0x03}, Arrays.copyOf(error.instructionBytes(), 3));
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  @SuppressWarnings("ThreadPriorityCheck") // yields so that fewer kicks come before the hlt
  void hltKeptInTheGuest_isNoExit() {
    try (Guest guest = Guest.bare()) {
      guest.vm.policy().enable(Set.of(VmOption.KEEP_HLT_IN_GUEST));
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              f4    ; hlt
              eb fd ; jmp to the hlt
              """);

      // A kick may come before the hlt: only an address behind it shows that it was executed.
      for (int i = 0; i < MOST_KICKS; i++) {
        Future<VcpuExit> running = cpu.start();
        Thread.yield();
        cpu.vcpu.kick();
        VcpuExit exit = cpu.await(running);
        if (exit.equals(HALT)) {
          IoctlReport.skipRefused(
              KVM_ENABLE_CAP, VM, "takes KEEP_HLT_IN_GUEST, and exits all the same");
        }
        assertEquals(VcpuExit.Interrupted.INSTANCE, exit);
        if (cpu.registers().rip() == Guest.CODE + 1) {
          return;
        }
      }
      fail("the guest never got to its hlt");
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void aHypercallThatExits_takesItsResultFromTheCaller() {
    try (Guest guest = Guest.bare()) {
      VmPolicy policy = guest.vm.policy();
      policy.enable(Set.of(VmOption.EXIT_ON_MAP_GPA_RANGE));
      if (policy.offeredQuirks().contains(Quirk.FIX_HYPERCALL_INSN)) {
        policy.disableQuirks(Set.of(Quirk.FIX_HYPERCALL_INSN)); // the wrong vendor's raises #UD
      }
      guest.vm.memory().writeInt(UD_VECTOR * 4L, HANDLER);
      guest.load(
          HANDLER,
          """
          c7 06 18 00 09 90 ; movw $0x9009,0x18  another #UD ends at the hlt
          0f 01 d9          ; vmmcall            AMD's
          f4                ; hlt
          """);
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              66 b8 0c 00 00 00 ; mov $12,%eax       KVM_HC_MAP_GPA_RANGE
              66 bb 00 30 00 00 ; mov $0x3000,%ebx   from this address
              66 b9 02 00 00 00 ; mov $2,%ecx        two pages
              66 ba 10 00 00 00 ; mov $0x10,%edx     encrypted
              0f 01 c1          ; vmcall             Intel's
              f4                ; hlt
              """);

      VcpuExit exit = cpu.run();
      if (exit.equals(HALT)) {
        IoctlReport.skipRefused(
            KVM_ENABLE_CAP, VM, "takes EXIT_ON_MAP_GPA_RANGE, but vmcall and vmmcall raise #UD");
      }

      VcpuExit.Hypercall call = assertInstanceOf(VcpuExit.Hypercall.class, exit);
      assertEquals(VcpuExit.Hypercall.MAP_GPA_RANGE, call.number());
      assertEquals(List.of(0x3000L, 2L, 0x10L), call.arguments().subList(0, 3));
      assertFalse(call.longMode());
      cpu.on(
          () -> {
            cpu.vcpu.reply().hypercallResult(-22);
            return null;
          });
      assertEquals(HALT, cpu.run());
      assertEquals(-22, (int) cpu.registers().rax());
    }
  }

  @Test
  @Exercises(value = KVM_RUN, on = VCPU)
  void runState_tellsTheInterruptFlag_andTheApicBase() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              fa ; cli
              f4 ; hlt
              fb ; sti
              90 ; nop: an interrupt would come only after it
              f4 ; hlt
              """);

      assertEquals(HALT, cpu.run());
      assertFalse(cpu.on(cpu.vcpu::runState).interruptFlag());
      assertFalse(cpu.on(cpu.vcpu::runState).readyForInterruptInjection());

      assertEquals(HALT, cpu.run());
      assertTrue(cpu.on(cpu.vcpu::runState).interruptFlag());
      assertTrue(cpu.on(cpu.vcpu::runState).readyForInterruptInjection());
      assertFalse(cpu.on(cpu.vcpu::runState).inSmm());
      assertEquals(
          cpu.on(cpu.vcpu::specialRegisters).apicBase(), cpu.on(cpu.vcpu::runState).apicBase());
    }
  }

  @Test
  @Exercises(value = KVM_RUN, on = VCPU)
  void anInterruptWindow_opensWhenTheGuestAllowsInterrupts_andOnlyWhileAskedFor() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              fa    ; cli
              31 c0 ; xor %ax,%ax
              f4    ; hlt
              fb    ; sti
              eb fe ; jmp to itself
              """);
      assertEquals(HALT, cpu.run());
      request(cpu, true);

      assertEquals(new VcpuExit.InterruptWindowOpen(), cpu.run());

      assertTrue(cpu.on(cpu.vcpu::runState).readyForInterruptInjection());
      assertEquals(Guest.CODE + 5, cpu.registers().rip());
      request(cpu, false);
      Future<VcpuExit> running = cpu.start();
      cpu.vcpu.kick();
      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.await(running));
    }
  }

  private static void request(GuestCpu cpu, boolean window) {
    cpu.on(
        () -> {
          cpu.vcpu.requestInterruptWindow(window);
          return null;
        });
  }
}
