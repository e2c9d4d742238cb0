package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSRS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_CPUID2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_FPU;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MP_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MSRS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_REGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SREGS;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuidTable;
import org.kvm4j.FpuState;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmUnavailableException;
import org.kvm4j.MpState;
import org.kvm4j.Msr;
import org.kvm4j.MsrRefusedException;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.VcpuExit;
import org.kvm4j.testkit.RequiresKvm;

/** A real vCPU's registers, and what the host says of itself. */
@RequiresKvm
final class StateIT {

  private static final int MSR_IA32_SYSENTER_CS = 0x174;
  private static final int MSR_IA32_SYSENTER_EIP = 0x176;
  private static final int MSR_KERNEL_GS_BASE = 0xc000_0102;
  private static final int NO_MSR = 0x4321_0000;

  @Test
  void theHost_hasWhatKvm4jNeeds() {
    try (Guest guest = Guest.bare()) {
      assertEquals(12, guest.hypervisor.apiVersion());
      assertTrue(guest.hypervisor.vcpuMmapSizeBytes() >= 4096);
      assertTrue(guest.hypervisor.supports(KvmCapability.USER_MEMORY));
      assertTrue(guest.hypervisor.supports(KvmCapability.IMMEDIATE_EXIT));
      assertTrue(guest.vm.checkExtension(KvmCapability.NR_MEMSLOTS.number()) >= 8);
      assertFalse(guest.hypervisor.msrIndexList().isEmpty());
    }
  }

  @Test
  void aFileThatIsNotKvm_isRefused() {
    String message =
        assertThrows(KvmUnavailableException.class, () -> Kvm.open(Path.of("/dev/null")))
            .getMessage();

    assertEquals(
        "/dev/null is not KVM: KVM_GET_API_VERSION gives ENOTTY (25). Name the KVM device.",
        message);
  }

  @Test
  @Exercises(
      value = {KVM_GET_REGS, KVM_SET_REGS},
      on = VCPU)
  void generalRegisters_roundTrip_andReachTheGuest() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              49 ff c7 ; inc %r15
              48 01 d8 ; add %rbx,%rax
              f4       ; hlt
              """);
      Registers set =
          new Registers(
              1, 2, 3, 4, 5, 6, 0x7000, 8, 9, 10, 11, 12, 13, 14, 15, -1, Guest.CODE, 0x2);
      cpu.on(
          () -> {
            cpu.vcpu.setRegisters(set);
            return set;
          });
      assertEquals(set, cpu.registers());

      assertEquals(new VcpuExit.Halt(), cpu.run());

      Registers after = cpu.registers();
      assertEquals(0, after.r15());
      assertEquals(3, after.rax());
      assertEquals(Guest.CODE + 7, after.rip());
      assertEquals(15, after.r14());
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_SREGS, KVM_SET_SREGS},
      on = VCPU)
  void specialRegisters_roundTrip() {
    for (Mode mode : Mode.values()) {
      try (Guest guest = Guest.bare()) {
        GuestCpu cpu = guest.boot(mode, "f4 ; hlt");

        SpecialRegisters first = cpu.on(cpu.vcpu::specialRegisters);
        cpu.on(
            () -> {
              cpu.vcpu.setSpecialRegisters(first);
              return first;
            });

        assertEquals(first, cpu.on(cpu.vcpu::specialRegisters), mode + " mode");
      }
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_FPU, KVM_SET_FPU},
      on = VCPU)
  void fpu_roundTrips_butForMxcsr_whichKvmLeavesOut() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");
      byte[] xmm = new byte[FpuState.XMM_BYTES];
      for (int i = 0; i < xmm.length; i++) {
        xmm[i] = (byte) i;
      }
      FpuState initial = FpuState.initial();
      FpuState set = new FpuState(initial.fpr(), 0x27f, 0, 0, 0, 0, 0, xmm, 0x1fa0);

      FpuState read =
          cpu.on(
              () -> {
                cpu.vcpu.setFpu(set);
                return cpu.vcpu.fpu();
              });

      // KVM_SET_FPU ignores MXCSR and KVM_GET_FPU leaves it 0: only XSAVE has it.
      FpuState withoutMxcsr =
          new FpuState(
              set.fpr(), set.fcw(), set.fsw(), set.ftwx(), 0, 0, 0, set.xmm(), read.mxcsr());
      assertEquals(withoutMxcsr, read);
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_MSRS, KVM_SET_MSRS},
      on = VCPU)
  void msrs_roundTrip_andAnUnknownOneIsNamed() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      List<Msr> set =
          List.of(
              new Msr(MSR_IA32_SYSENTER_CS, 0x10),
              // For an AMD guest KVM keeps 32 bits of it.
              new Msr(MSR_IA32_SYSENTER_EIP, 0x8123_1000L),
              new Msr(MSR_KERNEL_GS_BASE, 0x1234_5000));

      List<Msr> read =
          cpu.on(
              () -> {
                cpu.vcpu.setMsrs(set);
                return cpu.vcpu.msrs(set.stream().map(Msr::index).toList());
              });
      MsrRefusedException refused =
          assertThrows(
              MsrRefusedException.class,
              () -> cpu.on(() -> cpu.vcpu.msrs(List.of(MSR_IA32_SYSENTER_CS, NO_MSR))));

      assertEquals(set, read);
      assertTrue(refused.getMessage().contains("refuses MSR 0x43210000"), refused.getMessage());
      assertEquals(1, refused.position());
      assertEquals(List.of(new Msr(MSR_IA32_SYSENTER_CS, 0x10)), refused.valuesBefore());
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_MSRS, KVM_SET_MSRS},
      on = VCPU)
  void moreMsrsThanKvmTakesAtOnce_areSplit() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      List<Msr> set = new ArrayList<>();
      for (int i = 1; i <= 600; i++) {
        set.add(new Msr(MSR_IA32_SYSENTER_EIP, i));
      }

      List<Msr> read =
          cpu.on(
              () -> {
                cpu.vcpu.setMsrs(set);
                return cpu.vcpu.msrs(Collections.nCopies(600, MSR_IA32_SYSENTER_EIP));
              });

      assertEquals(Collections.nCopies(600, new Msr(MSR_IA32_SYSENTER_EIP, 600)), read);
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_MP_STATE, KVM_SET_MP_STATE},
      on = VCPU)
  void mpState_roundTrips() {
    try (Guest guest = Guest.withIrqchip()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");
      assertEquals(MpState.RUNNABLE, cpu.on(cpu.vcpu::mpState));

      MpState read =
          cpu.on(
              () -> {
                cpu.vcpu.setMpState(MpState.HALTED);
                return cpu.vcpu.mpState();
              });

      assertEquals(MpState.HALTED, read);
    }
  }

  @Test
  @Exercises(
      value = {KVM_SET_CPUID2},
      on = VCPU)
  void theGuest_seesTheCpuidThatWasSet() {
    try (Guest guest = Guest.bare()) {
      CpuidTable table = guest.hypervisor.supportedCpuid().forVcpu(2, 4);
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              66 b8 01 00 00 00 ; mov $1,%eax
              66 31 c9          ; xor %ecx,%ecx
              0f a2             ; cpuid
              f4                ; hlt
              """);
      cpu.on(
          () -> {
            cpu.vcpu.setCpuid(table);
            return table;
          });

      assertEquals(new VcpuExit.Halt(), cpu.run());

      Registers answer = cpu.registers();
      assertEquals(2, answer.rbx() >>> 24 & 0xff, "initial APIC id");
      assertEquals(4, answer.rbx() >>> 16 & 0xff, "logical processors");
      assertEquals(1, answer.rcx() >>> 31 & 1, "there is a hypervisor");
    }
  }
}
