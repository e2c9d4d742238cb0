package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.abi.Ioctl.KVM_INTERRUPT;
import static org.kvm4j.core.abi.Ioctl.KVM_NMI;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_VAPIC_ADDR;
import static org.kvm4j.core.abi.Ioctl.KVM_SMI;
import static org.kvm4j.core.abi.Ioctl.KVM_TPR_ACCESS_REPORTING;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SETUP_MCE;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_SET_MCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.event.MachineCheck;
import org.kvm4j.testkit.RequiresKvm;

/** Events from outside, as a real guest sees them. */
@RequiresKvm
final class InjectionIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final int BANKS = 10;
  private static final int MC_VECTOR = 18;

  /** The SMBASE after reset and the entry point in it: SDM, volume 3, chapter 31. */
  private static final int SMI_HANDLER = 0x3_0000 + 0x8000;

  private static final long CR4_MCE = 1 << 6;

  /** Halts; a handler at +0x10 counts in 0x500. */
  private static final String HALT_AND_COUNT =
      """
      fb          ; again: sti
      f4          ;        hlt
      eb fc       ;        jmp again
      90 90 90 90 90 90 90 90 90 90 90 90
      ff 06 00 05 ; handler: incw 0x500
      cf          ;        iret
      """;

  private static final int HANDLER = Guest.CODE + 0x10;

  @Test
  @Exercises(value = KVM_NMI, on = FdKind.VCPU)
  void anNmi_reachesItsHandler() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = bootCounting(guest, 2);
      assertEquals(HALT, cpu.run());

      for (int i = 1; i <= 3; i++) {
        run(cpu, () -> cpu.vcpu.inject().nmi());
        assertEquals(HALT, cpu.run());
        assertEquals(i, guest.vm.memory().readShort(Guest.DATA));
      }
    }
  }

  @Test
  @Exercises(value = KVM_INTERRUPT, on = FdKind.VCPU)
  void anInterrupt_reachesTheHandlerOfItsVector_withoutIrqchip() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = bootCounting(guest, 0x21);
      assertEquals(HALT, cpu.run());

      for (int i = 1; i <= 3; i++) {
        run(cpu, () -> cpu.vcpu.inject().interrupt(0x21));
        assertEquals(HALT, cpu.run());
        assertEquals(i, guest.vm.memory().readShort(Guest.DATA));
      }
    }
  }

  @Test
  void anInterruptWithIrqchip_isRefused() {
    try (Guest guest = Guest.withIrqchip()) {
      GuestCpu cpu = bootCounting(guest, 0x21);

      KvmIoctlException refused =
          assertThrows(
              KvmIoctlException.class, () -> run(cpu, () -> cpu.vcpu.inject().interrupt(0x21)));

      assertEquals(Errno.ENXIO, refused.errno());
    }
  }

  @Test
  @Exercises(value = KVM_SMI, on = FdKind.VCPU)
  void anSmi_runsItsHandlerAtTheSmbase_andReturns() {
    try (Guest guest = Guest.bare()) {
      RecordingPort port = new RecordingPort();
      guest.pio.register(0x60, 1, port);
      guest.load(
          SMI_HANDLER,
          """
          b0 53 ; mov $0x53,%al
          e6 60 ; out %al,$0x60
          0f aa ; rsm
          """);
      guest.vm.slots().showInSmm(guest.vm.slots().all().get(0));
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              f4 ; hlt
              f4 ; hlt
              """);
      assertEquals(HALT, cpu.run());

      run(cpu, () -> cpu.vcpu.inject().smi());

      assertEquals(HALT, cpu.run());
      assertEquals("S", port.text());
      assertEquals(Guest.CODE + 2, cpu.registers().rip(), "rsm has gone back to the program");
    }
  }

  @Test
  @Exercises(
      value = {KVM_X86_SETUP_MCE, KVM_X86_SET_MCE},
      on = FdKind.VCPU)
  void aCorrectedError_isInItsBank() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = bootCounting(guest, MC_VECTOR);
      long status = MachineCheck.STATUS_VALID | MachineCheck.STATUS_ADDRESS_VALID | 0x17;
      run(
          cpu,
          () -> {
            cpu.vcpu.inject().setUpMachineChecks(BANKS, 0);
            cpu.vcpu.inject().machineCheck(new MachineCheck(4, status, 0x1234_5000, 0x77, 0));
          });

      assertEquals(List.of(status, 0x1234_5000L, 0x77L), cpu.on(() -> bank(cpu, 4)));
      assertEquals(HALT, cpu.run());
      assertEquals(0, guest.vm.memory().readShort(Guest.DATA), "no #MC");
    }
  }

  @Test
  @Exercises(
      value = {KVM_X86_SETUP_MCE, KVM_X86_SET_MCE},
      on = FdKind.VCPU)
  void anUncorrectedError_reachesTheMachineCheckHandler() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = bootCounting(guest, MC_VECTOR);
      run(
          cpu,
          () -> {
            SpecialRegisters special = cpu.vcpu.specialRegisters();
            cpu.vcpu.setSpecialRegisters(special.toBuilder().cr4(special.cr4() | CR4_MCE).build());
            cpu.vcpu.inject().setUpMachineChecks(BANKS, 0);
          });
      assertEquals(HALT, cpu.run());

      run(cpu, () -> cpu.vcpu.inject().machineCheck(uncorrected(2)));

      assertEquals(HALT, cpu.run());
      assertEquals(1, guest.vm.memory().readShort(Guest.DATA));
    }
  }

  @Test
  @Exercises(
      value = {KVM_X86_SETUP_MCE, KVM_X86_SET_MCE},
      on = FdKind.VCPU)
  void anUncorrectedErrorWithoutHandler_shutsTheGuestDown_andAnUnknownBankIsRefused() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = bootCounting(guest, MC_VECTOR);
      run(cpu, () -> cpu.vcpu.inject().setUpMachineChecks(BANKS, 0));

      KvmIoctlException refused =
          assertThrows(
              KvmIoctlException.class,
              () -> run(cpu, () -> cpu.vcpu.inject().machineCheck(uncorrected(BANKS))));
      run(cpu, () -> cpu.vcpu.inject().machineCheck(uncorrected(0))); // CR4.MCE is clear

      assertEquals(Errno.EINVAL, refused.errno());
      assertInstanceOf(VcpuExit.Shutdown.class, cpu.run());
    }
  }

  @Test
  @Exercises(value = KVM_TPR_ACCESS_REPORTING, on = FdKind.VCPU)
  void accessesToTheTaskPriority_canBeReported() {
    try (Guest guest = Guest.withIrqchip()) {
      RecordingPort post = new RecordingPort();
      guest.pio.register(0x80, 1, post);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              c7 05 f0 00 e0 fe ff 01 00 00 ; movl $0x1ff,0xfee000f0   SVR: enabled
              c7 05 80 00 e0 fe 20 00 00 00 ; movl $0x20,0xfee00080    TPR
              a1 80 00 e0 fe                ; mov 0xfee00080,%eax
              e6 80                         ; out %al,$0x80
              0f 01 1d 00 05 00 00          ; lidt 0x500: zeros there, so an empty table
              31 c0                         ; xor %eax,%eax
              f7 f0                         ; div %eax: a triple fault
              """);
      run(cpu, () -> cpu.vcpu.inject().reportTaskPriorityAccesses(true));

      // How many exits there are, and when, is the processor's matter; the guest must end, and have
      // read back what it wrote.
      int reports = 0;
      while (!(cpu.run() instanceof VcpuExit.Shutdown)) {
        reports++;
        assertTrue(reports <= 2, "one write, one read");
      }
      assertEquals(List.of("1 bytes 0x20"), post.writes);
    }
  }

  @Test
  @Exercises(value = KVM_SET_VAPIC_ADDR, on = FdKind.VCPU)
  void theVirtualApic_isInRam() {
    try (Guest guest = Guest.withIrqchip()) {
      GuestCpu cpu = bootCounting(guest, 0x21);

      run(cpu, () -> cpu.vcpu.inject().setVirtualApicAddress(Guest.DATA));
      run(cpu, () -> cpu.vcpu.inject().setVirtualApicAddress(0));
      KvmIoctlException refused =
          assertThrows(
              KvmIoctlException.class,
              () -> run(cpu, () -> cpu.vcpu.inject().setVirtualApicAddress(0x4000_0000)));

      assertEquals(Errno.EINVAL, refused.errno());
    }
  }

  private static GuestCpu bootCounting(Guest guest, int vector) {
    guest.vm.memory().writeInt(vector * 4L, HANDLER);
    return guest.boot(Mode.REAL, HALT_AND_COUNT);
  }

  private static MachineCheck uncorrected(int bank) {
    return new MachineCheck(
        bank,
        MachineCheck.STATUS_VALID | MachineCheck.STATUS_UNCORRECTED | MachineCheck.STATUS_ENABLED,
        0,
        0,
        MachineCheck.GLOBAL_RIP_VALID | MachineCheck.GLOBAL_IN_PROGRESS);
  }

  /** MCi_STATUS, MCi_ADDR and MCi_MISC. */
  private static List<Long> bank(GuestCpu cpu, int bank) {
    int status = 0x401 + 4 * bank;
    return cpu.vcpu.msrs(List.of(status, status + 1, status + 2)).stream()
        .map(msr -> msr.value())
        .toList();
  }

  private static void run(GuestCpu cpu, Runnable action) {
    cpu.on(
        () -> {
          action.run();
          return true;
        });
  }
}
