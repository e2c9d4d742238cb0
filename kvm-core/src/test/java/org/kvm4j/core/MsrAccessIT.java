package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SET_MSR_FILTER;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.kvm4j.Msr;
import org.kvm4j.VcpuExit;
import org.kvm4j.VcpuExit.MsrRead;
import org.kvm4j.VcpuExit.MsrWrite;
import org.kvm4j.msr.MsrDirection;
import org.kvm4j.msr.MsrExitReason;
import org.kvm4j.msr.MsrFilter;
import org.kvm4j.msr.MsrRange;
import org.kvm4j.testkit.RequiresKvm;

/** MSR accesses of a real guest that KVM leaves to the caller, and what the guest gets. */
@RequiresKvm
final class MsrAccessIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final int GP_VECTOR = 13;
  private static final int HANDLER = 0x9000;

  /** No processor has it. */
  private static final int NO_MSR = 0x0bad_c0de;

  private static final int SYSENTER_CS = 0x174;

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void aReadOfAnUnknownMsr_getsItsValueFromTheCaller_inEdxAndEax() {
    try (Guest guest = forwarding(MsrExitReason.UNKNOWN)) {
      GuestCpu cpu = guest.boot(Mode.LONG, read(NO_MSR));

      assertEquals(new MsrRead(NO_MSR, MsrExitReason.UNKNOWN), cpu.run());
      answer(cpu, () -> cpu.vcpu.reply().msrValue(0x1122_3344_8877_6655L));

      assertEquals(HALT, cpu.run());
      assertEquals(0x1122_3344L, cpu.registers().rdx());
      assertEquals(0x8877_6655L, cpu.registers().rax());
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void anAnswer_isCompletedByAKickedRun_beforeWhichRegistersAreOld() {
    try (Guest guest = forwarding(MsrExitReason.UNKNOWN)) {
      GuestCpu cpu = guest.boot(Mode.LONG, read(NO_MSR));
      assertEquals(new MsrRead(NO_MSR, MsrExitReason.UNKNOWN), cpu.run());
      long rip = cpu.registers().rip();
      answer(cpu, () -> cpu.vcpu.reply().msrValue(7));
      assertEquals(rip, cpu.registers().rip());

      cpu.vcpu.kick();
      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.run());

      assertEquals(7, cpu.registers().rax());
      assertEquals(rip + 2, cpu.registers().rip(), "behind rdmsr, and no further");
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void aWriteOfAnUnknownMsr_reachesTheCaller_whoMayAcceptIt() {
    try (Guest guest = forwarding(MsrExitReason.UNKNOWN)) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              b9 de c0 ad 0b ; mov $0x0badc0de,%ecx
              ba 44 33 22 11 ; mov $0x11223344,%edx
              b8 55 66 77 88 ; mov $0x88776655,%eax
              0f 30          ; wrmsr
              f4             ; hlt
              """);

      assertEquals(new MsrWrite(NO_MSR, 0x1122_3344_8877_6655L, MsrExitReason.UNKNOWN), cpu.run());
      answer(cpu, () -> cpu.vcpu.reply().msrAccepted());

      assertEquals(HALT, cpu.run());
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void anAccessThatNobodyAnswers_andOneThatIsRefused_raiseGp() {
    try (Guest guest = forwarding(MsrExitReason.UNKNOWN)) {
      guest.vm.memory().writeInt(GP_VECTOR * 4L, HANDLER);
      guest.load(
          HANDLER,
          """
          45       ; inc %bp
          5b       ; pop %bx     the address of the instruction
          83 c3 02 ; add $2,%bx  rdmsr and wrmsr have two bytes
          53       ; push %bx
          cf       ; iret
          """);
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              31 ed             ; xor %bp,%bp
              66 b9 de c0 ad 0b ; mov $0x0badc0de,%ecx
              0f 32             ; rdmsr
              0f 30             ; wrmsr
              f4                ; hlt
              """);

      assertEquals(new MsrRead(NO_MSR, MsrExitReason.UNKNOWN), cpu.run());
      MsrWrite write = (MsrWrite) cpu.run();
      assertEquals(NO_MSR, write.index());
      assertEquals(1, cpu.registers().rbp() & 0xffff, "the read raised #GP");
      answer(cpu, () -> cpu.vcpu.reply().msrFault());

      assertEquals(HALT, cpu.run());
      assertEquals(2, cpu.registers().rbp() & 0xffff, "the write raised #GP");
    }
  }

  @Test
  @Exercises(value = KVM_ENABLE_CAP, on = VM)
  void aWriteThatKvmRefuses_isForwardedAsInvalid() {
    try (Guest guest = forwarding(MsrExitReason.INVAL)) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              b9 80 00 00 c0 ; mov $0xc0000080,%ecx  EFER
              ba 00 00 00 80 ; mov $0x80000000,%edx  a reserved bit
              31 c0          ; xor %eax,%eax
              0f 30          ; wrmsr
              f4             ; hlt
              """);

      assertEquals(
          new MsrWrite(0xc000_0080, 0x8000_0000_0000_0000L, MsrExitReason.INVAL), cpu.run());
      answer(cpu, () -> cpu.vcpu.reply().msrAccepted());
      assertEquals(HALT, cpu.run());
    }
  }

  @Test
  @Exercises(
      value = {KVM_ENABLE_CAP, KVM_X86_SET_MSR_FILTER},
      on = VM)
  void aKnownMsrThatTheFilterDenies_isForwarded_andTheOthersAreNot() {
    try (Guest guest = forwarding(MsrExitReason.FILTER)) {
      guest.vm.msrAccess().setFilter(MsrFilter.allowingOthers(MsrRange.denying(SYSENTER_CS, 1)));
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              b9 75 01 00 00 ; mov $0x175,%ecx  SYSENTER_ESP: allowed
              0f 32          ; rdmsr
              b9 74 01 00 00 ; mov $0x174,%ecx  SYSENTER_CS: denied
              0f 32          ; rdmsr
              f4             ; hlt
              """);

      assertEquals(new MsrRead(SYSENTER_CS, MsrExitReason.FILTER), cpu.run());
      answer(cpu, () -> cpu.vcpu.reply().msrValue(0xabcd));
      assertEquals(HALT, cpu.run());

      assertEquals(0xabcd, cpu.registers().rax());
      assertNotEquals(
          List.of(new Msr(SYSENTER_CS, 0xabcd)),
          cpu.on(() -> cpu.vcpu.msrs(List.of(SYSENTER_CS))),
          "the real one is untouched");
    }
  }

  @Test
  @Exercises(
      value = {KVM_ENABLE_CAP, KVM_X86_SET_MSR_FILTER},
      on = VM)
  void aFilterForWrites_letsReadsThrough_andNoneTakesItAway() {
    try (Guest guest = forwarding(MsrExitReason.FILTER)) {
      MsrRange range =
          new MsrRange(
              SYSENTER_CS - 64,
              65,
              EnumSet.of(MsrDirection.WRITE),
              MsrRange.allowing(0, 64).allowed()); // all but the last
      guest.vm.msrAccess().setFilter(MsrFilter.allowingOthers(range));
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              b9 74 01 00 00 ; mov $0x174,%ecx
              0f 32          ; rdmsr
              31 d2          ; xor %edx,%edx
              b8 08 00 00 00 ; mov $8,%eax
              0f 30          ; wrmsr: denied
              b0 10          ; mov $0x10,%al
              f4             ; hlt
              0f 30          ; wrmsr
              f4             ; hlt
              """);

      assertEquals(new MsrWrite(SYSENTER_CS, 8, MsrExitReason.FILTER), cpu.run());
      answer(cpu, () -> cpu.vcpu.reply().msrAccepted());
      assertEquals(HALT, cpu.run());
      guest.vm.msrAccess().setFilter(MsrFilter.none());

      assertEquals(HALT, cpu.run());
      assertEquals(
          List.of(new Msr(SYSENTER_CS, 0x10)), cpu.on(() -> cpu.vcpu.msrs(List.of(SYSENTER_CS))));
    }
  }

  private static Guest forwarding(MsrExitReason reason) {
    Guest guest = Guest.bare();
    guest.vm.msrAccess().forward(Set.of(reason));
    return guest;
  }

  private static String read(int index) {
    return """
        b9 %02x %02x %02x %02x ; mov index,%%ecx
        0f 32                  ; rdmsr
        f4                     ; hlt
        """
        .formatted(index & 0xff, index >>> 8 & 0xff, index >>> 16 & 0xff, index >>> 24);
  }

  private static void answer(GuestCpu cpu, Runnable reply) {
    cpu.on(
        () -> {
          reply.run();
          return null;
        });
  }
}
