package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_CPUID2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEBUGREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_NESTED_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SREGS2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_HV_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XCRS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XSAVE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_XSAVE2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_CPUID2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEBUGREGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_NESTED_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SIGNAL_MASK;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_SREGS2;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_XCRS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_XSAVE;

import java.util.List;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.kvm4j.Buses;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.state.DebugRegisters;
import org.kvm4j.state.NestedState;
import org.kvm4j.state.SpecialRegisters2;
import org.kvm4j.state.Xcr;
import org.kvm4j.state.XsaveState;
import org.kvm4j.testkit.RequiresKvm;
import org.kvm4j.testkit.SoftwareKvm;

/** A real vCPU's state beyond its registers, and that the guest gets it. */
@RequiresKvm
final class VcpuStateIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();
  private static final int CR4_OSFXSR = 1 << 9;
  private static final int SIGUSR1 = 10;

  /** 0 to 15, but for the first byte. */
  private static final byte[] PATTERN = {
    (byte) 0xa5, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
  };

  @Test
  @Exercises(
      value = {KVM_GET_SREGS2, KVM_SET_SREGS2},
      on = VCPU)
  void specialRegisters2_roundTrip_andReachTheGuest() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              0f 20 d0 ; mov %cr2,%rax
              f4       ; hlt
              """);

      SpecialRegisters2 read =
          cpu.on(
              () -> {
                SpecialRegisters now = cpu.vcpu.state().specialRegisters2().registers();
                SpecialRegisters changed = now.toBuilder().cr2(0x1234_5678_9abcL).build();
                cpu.vcpu.state().setSpecialRegisters2(new SpecialRegisters2(changed, List.of()));
                return cpu.vcpu.state().specialRegisters2();
              });

      assertEquals(0x1234_5678_9abcL, read.registers().cr2());
      assertEquals(List.of(), read.pdptrs(), "long mode has none");
      assertEquals(HALT, cpu.run());
      assertEquals(0x1234_5678_9abcL, cpu.registers().rax());
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_SREGS2, KVM_SET_SREGS2},
      on = VCPU)
  void pdptrs_areThoseOfPaePaging() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.PROTECTED, "f4 ; hlt");
      List<Long> pdptrs = List.of(0x3001L, 0x4001L, 0x5001L, 0x6001L);
      for (int i = 0; i < pdptrs.size(); i++) {
        guest.vm.memory().writeLong(0x1000 + i * 8L, pdptrs.get(i));
      }
      guest.vm.memory().writeLong(0x3000, 0x83); // 2 MiB from 0 on: large, writable, present

      SpecialRegisters2 set =
          cpu.on(
              () -> {
                SpecialRegisters flat = cpu.vcpu.specialRegisters();
                SpecialRegisters pae =
                    flat.toBuilder()
                        .cr0(flat.cr0() | SpecialRegisters.CR0_PG)
                        .cr3(0x1000)
                        .cr4(flat.cr4() | SpecialRegisters.CR4_PAE)
                        .build();
                cpu.vcpu.state().setSpecialRegisters2(new SpecialRegisters2(pae, pdptrs));
                return cpu.vcpu.state().specialRegisters2();
              });

      // The software KVM keeps CR0.PG in long mode only, without an error.
      assumeTrue(
          (set.registers().cr0() & SpecialRegisters.CR0_PG) != 0, "this KVM has no 32-bit paging");
      assertEquals(pdptrs, set.pdptrs());
      assertEquals(HALT, cpu.run());
      assertEquals(pdptrs, cpu.on(() -> cpu.vcpu.state().specialRegisters2()).pdptrs());
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_XSAVE2, KVM_SET_XSAVE},
      on = VCPU)
  void xsave_roundTrips_withMxcsr_andReachesTheGuest() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              f3 0f 7f 0c 25 00 05 00 00 ; movdqu %xmm1,0x500
              f4                         ; hlt
              """);

      XsaveState read =
          cpu.on(
              () -> {
                SpecialRegisters now = cpu.vcpu.specialRegisters();
                cpu.vcpu.setSpecialRegisters(now.toBuilder().cr4(now.cr4() | CR4_OSFXSR).build());
                XsaveState start = cpu.vcpu.state().xsave();
                assertEquals(cpu.vcpu.state().xsaveSizeBytes(), start.sizeBytes());
                cpu.vcpu
                    .state()
                    .setXsave(start.withXmm(1, PATTERN).withMxcsr(0x1fa0).withFcw(0x27f));
                return cpu.vcpu.state().xsave();
              });

      assertArrayEquals(PATTERN, read.xmm(1));
      assertEquals(0x1fa0, read.mxcsr());
      assertEquals(0x27f, read.fcw());
      assertEquals(XsaveState.SSE, read.xstateBv() & XsaveState.SSE);
      assertEquals(HALT, cpu.run());
      assertArrayEquals(PATTERN, guest.vm.memory().read(Guest.DATA, PATTERN.length));
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_XSAVE, KVM_SET_XSAVE},
      on = VCPU)
  void xsave_worksAsOnKernelsBefore5_17() {
    try (Hypervisor hypervisor = ObservedKvm.openWithout(KvmCapability.XSAVE2);
        Vm vm = hypervisor.createVm();
        Vcpu vcpu = vm.createVcpu(0, new Buses(new PioSpace(), new MmioSpace()))) {

      vcpu.state().setXsave(vcpu.state().xsave().withXmm(15, PATTERN));

      XsaveState read = vcpu.state().xsave();
      assertEquals(XsaveState.MIN_BYTES, read.sizeBytes());
      assertArrayEquals(PATTERN, read.xmm(15));
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_XCRS, KVM_SET_XCRS},
      on = VCPU)
  void xcr0_isOneAtFirst_takesWhatCpuidOffers_andNothingElse() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      long x87AndSse = XsaveState.X87 | XsaveState.SSE;

      List<Xcr> read =
          cpu.on(
              () -> {
                assertEquals(List.of(new Xcr(0, 1)), cpu.vcpu.state().xcrs());
                cpu.vcpu.setCpuid(guest.hypervisor.supportedCpuid().forVcpu(0, 1));
                cpu.vcpu.state().setXcrs(List.of(new Xcr(0, x87AndSse)));
                return cpu.vcpu.state().xcrs();
              });
      KvmIoctlException withoutX87 =
          assertThrows(KvmIoctlException.class, () -> cpu.on(() -> setXcr0(cpu, XsaveState.SSE)));

      assertEquals(List.of(new Xcr(0, x87AndSse)), read);
      assertEquals(Errno.EINVAL, withoutX87.errno());
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_DEBUGREGS, KVM_SET_DEBUGREGS},
      on = VCPU)
  void debugRegisters_roundTrip_andReachTheGuest() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.LONG,
              """
              0f 21 c0 ; mov %db0,%rax
              0f 21 db ; mov %db3,%rbx
              f4       ; hlt
              """);
      DebugRegisters set =
          new DebugRegisters(
              0x1111_2000L, 0x2222_3000L, 0x3333_4000L, 0x4444_5000L, 0xffff_0ff0L, 0x400);

      DebugRegisters read =
          cpu.on(
              () -> {
                cpu.vcpu.state().setDebugRegisters(set);
                return cpu.vcpu.state().debugRegisters();
              });

      assertEquals(set, read);
      assertEquals(HALT, cpu.run());
      assertEquals(set.dr0(), cpu.registers().rax());
      assertEquals(set.dr3(), cpu.registers().rbx());
    }
  }

  private static List<Integer> functions(CpuidTable table) {
    return table.entries().stream().map(CpuidEntry::function).toList();
  }

  /** A software KVM leaves out those of AMX, although it offers them. */
  private static boolean isKept(int function) {
    return !SoftwareKvm.isHere() || (function != 0x1d && function != 0x1e);
  }

  @Test
  @Exercises(
      value = {KVM_GET_CPUID2, KVM_SET_CPUID2},
      on = VCPU)
  void cpuid_isWhatWasSet() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      CpuidEntry marker = new CpuidEntry(0x4000_00ff, 0, 0, 0x11, 0x22, 0x33, 0x44);
      CpuidTable set = guest.hypervisor.supportedCpuid().forVcpu(0, 1).with(marker);

      CpuidTable read =
          cpu.on(
              () -> {
                cpu.vcpu.setCpuid(set);
                return cpu.vcpu.state().cpuid();
              });

      // KVM keeps some bits of some leaves up to date by itself, such as OSXSAVE.
      assertEquals(functions(set).stream().filter(VcpuStateIT::isKept).toList(), functions(read));
      assertEquals(marker, read.find(marker.function(), 0).orElseThrow());
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_SUPPORTED_HV_CPUID},
      on = VCPU)
  void hypervCpuid_beginsWithItsSignature() {
    try (Guest guest = Guest.withIrqchip()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");

      CpuidTable table = cpu.on(() -> cpu.vcpu.state().supportedHypervCpuid());

      assertFalse(table.entries().isEmpty());
      assertTrue(table.find(0x4000_0000, 0).isPresent(), table::toString);
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_NESTED_STATE, KVM_SET_NESTED_STATE},
      on = VCPU)
  void nestedState_roundTrips_ofAVcpuWithoutANestedGuest() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");

      NestedState first = cpu.on(() -> cpu.vcpu.state().nested());
      NestedState second =
          cpu.on(
              () -> {
                cpu.vcpu.state().setNested(first);
                return cpu.vcpu.state().nested();
              });

      assertEquals(0, first.flags() & 1, "no guest mode");
      assertEquals(first, second);
    }
  }

  @Test
  @Exercises(
      value = {KVM_SET_SIGNAL_MASK},
      on = VCPU)
  void kicks_getThroughASignalMask_andAfterIt() throws Exception {
    try (Guest guest = Guest.bare()) {
      RecordingPort post = new RecordingPort();
      guest.pio.register(0x80, 1, post);
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              e6 80 ; out %al,$0x80
              eb fe ; jmp to itself
              """);

      cpu.on(
          () -> {
            cpu.vcpu.state().setSignalMask(Set.of(SIGUSR1));
            return SIGUSR1;
          });
      Future<VcpuExit> masked = cpu.start();
      assertTrue(post.written.tryAcquire(60, TimeUnit.SECONDS), "the guest does not run");
      cpu.vcpu.kick();
      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.await(masked));

      cpu.on(
          () -> {
            cpu.vcpu.state().clearSignalMask();
            return SIGUSR1;
          });
      cpu.vcpu.kick();
      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.run());
    }
  }

  private static long setXcr0(GuestCpu cpu, long value) {
    cpu.vcpu.state().setXcrs(List.of(new Xcr(0, value)));
    return value;
  }
}
