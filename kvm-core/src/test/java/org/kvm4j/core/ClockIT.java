package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_CLOCK;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_TSC_KHZ;
import static org.kvm4j.core.abi.Ioctl.KVM_HAS_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_KVMCLOCK_CTRL;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_CLOCK;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_TSC_KHZ;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.Msr;
import org.kvm4j.Registers;
import org.kvm4j.VcpuExit;
import org.kvm4j.clock.KvmClock;
import org.kvm4j.clock.KvmClockFlag;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.clock.VmClocks;
import org.kvm4j.testkit.RequiresKvm;

/** The clocks that KVM keeps. Distances are days and years, so that nothing depends on speed. */
@RequiresKvm
final class ClockIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();

  /** 13 days. */
  private static final long FAR_NANOS = 1L << 50;

  /** At some billion ticks a second, years. */
  private static final long FAR_TICKS = 1L << 60;

  private static final int MSR_KVM_SYSTEM_TIME_NEW = 0x4b56_4d01;
  private static final int ENABLED = 1;

  /** struct pvclock_vcpu_time_info of the guest's page, Documentation/virt/kvm/x86/msr.rst. */
  private static final int PVCLOCK_FLAGS = 29;

  private static final int PVCLOCK_GUEST_STOPPED = 2;

  private static final String RDTSC =
      """
      0f 31 ; again: rdtsc
      f4    ;        hlt
      eb fb ;        jmp again
      """;

  @Test
  @Exercises(
      value = {KVM_GET_CLOCK, KVM_SET_CLOCK},
      on = VM)
  void kvmClock_goesOnFromWhereItIsSet() {
    try (Guest guest = Guest.bare()) {
      VmClocks clocks = guest.vm.clocks();
      clocks.setKvmClock(FAR_NANOS);

      KvmClock later = clocks.kvmClock();
      KvmClock evenLater = clocks.kvmClock();
      clocks.setKvmClock(0);
      KvmClock early = clocks.kvmClock();

      assertTrue(later.nanos() >= FAR_NANOS, later.toString());
      assertTrue(evenLater.nanos() >= later.nanos(), later + " then " + evenLater);
      assertTrue(early.nanos() < FAR_NANOS, early.toString());
      assertTrue(clocks.kvmClockFlags().containsAll(later.flags()), later.toString());
      if (later.flags().contains(KvmClockFlag.REALTIME)) {
        assertTrue(later.realtimeNanos() > FAR_NANOS, "years since 1970: " + later);
      }
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_CLOCK, KVM_SET_CLOCK},
      on = VM)
  void kvmClock_withARealTime_countsTheTimeSince() {
    try (Guest guest = Guest.bare()) {
      VmClocks clocks = guest.vm.clocks();
      assumeTrue(
          clocks.kvmClockFlags().contains(KvmClockFlag.REALTIME), "needs Linux 5.16 or later");

      clocks.setKvmClock(FAR_NANOS, 1); // as read just after midnight on 1 January 1970
      KvmClock sinceThen = clocks.kvmClock();
      clocks.setKvmClock(FAR_NANOS, Long.MAX_VALUE);
      KvmClock sinceTheFuture = clocks.kvmClock();

      assertTrue(sinceThen.nanos() > 100 * FAR_NANOS, sinceThen.toString());
      assertTrue(sinceTheFuture.nanos() < 2 * FAR_NANOS, sinceTheFuture.toString());
    }
  }

  @Test
  @Exercises(value = KVM_GET_TSC_KHZ, on = VCPU)
  void theFrequencyOfAVcpu_isTheHosts() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.addCpu();

      int khz = cpu.on(cpu.vcpu.tsc()::frequencyKhz);

      assertTrue(khz > 1000, khz + " kHz");
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_TSC_KHZ, KVM_SET_TSC_KHZ},
      on = VCPU)
  void theFrequencyOfAVcpu_canBeSet() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.addCpu();
      VcpuTsc tsc = cpu.vcpu.tsc();

      cpu.on(
          () -> {
            int half = tsc.frequencyKhz() / 2;
            tsc.setFrequencyKhz(half);
            assertEquals(half, tsc.frequencyKhz());
            return half;
          });
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_TSC_KHZ, KVM_SET_TSC_KHZ},
      on = VM)
  void theFrequencyOfAVm_isThatOfItsVcpus() {
    try (Guest guest = Guest.bare()) {
      int half = guest.vm.clocks().tscKhz() / 2;

      guest.vm.clocks().setTscKhz(half);

      assertEquals(half, guest.vm.clocks().tscKhz());
      GuestCpu cpu = guest.addCpu();
      assertEquals(half, cpu.on(cpu.vcpu.tsc()::frequencyKhz));
    }
  }

  @Test
  @Exercises(
      value = {KVM_HAS_DEVICE_ATTR, KVM_GET_DEVICE_ATTR},
      on = VCPU)
  void theTscOffset_isThereToBeRead() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.addCpu();
      VcpuTsc tsc = cpu.vcpu.tsc();

      assertTrue(cpu.on(tsc::hasOffset));
      assertEquals(cpu.on(tsc::offset), cpu.on(tsc::offset));
    }
  }

  /** A software KVM may take an offset, and a write of the TSC's MSR, and keep neither. */
  @Test
  @Exercises(
      value = {KVM_GET_DEVICE_ATTR, KVM_SET_DEVICE_ATTR},
      on = VCPU)
  void theTscOffset_movesWhatTheGuestReads() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, RDTSC);
      VcpuTsc tsc = cpu.vcpu.tsc();
      long offset = cpu.on(tsc::offset);
      long before = readTsc(cpu);

      cpu.on(
          () -> {
            tsc.setOffset(offset + FAR_TICKS);
            return 0;
          });

      if (cpu.on(tsc::offset) == offset) {
        IoctlReport.skipRefused(KVM_SET_DEVICE_ATTR, VCPU, "it drops the TSC offset it is given");
      }
      assertEquals(offset + FAR_TICKS, cpu.on(tsc::offset));
      long after = readTsc(cpu);
      assertTrue(after - before >= FAR_TICKS, "0x%x, then 0x%x".formatted(before, after));
      assertTrue(after - before < FAR_TICKS + FAR_TICKS / 2, "0x%x, 0x%x".formatted(before, after));
    }
  }

  @Test
  @Exercises(value = KVM_KVMCLOCK_CTRL, on = VCPU)
  void aGuestWithKvmClock_isToldThatItWasPaused() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.LONG, RDTSC);
      VcpuTsc tsc = cpu.vcpu.tsc();
      assertFalse(cpu.on(tsc::notifyPaused), "there is no kvm-clock yet");
      cpu.on(
          () -> {
            cpu.vcpu.setMsrs(List.of(new Msr(MSR_KVM_SYSTEM_TIME_NEW, Guest.DATA | ENABLED)));
            return 0;
          });
      assertEquals(HALT, cpu.run());
      int flagsBefore = pvclockFlags(guest);

      assertTrue(cpu.on(tsc::notifyPaused));
      assertEquals(HALT, cpu.run());

      assertEquals(0, flagsBefore & PVCLOCK_GUEST_STOPPED);
      assertEquals(PVCLOCK_GUEST_STOPPED, pvclockFlags(guest) & PVCLOCK_GUEST_STOPPED);
    }
  }

  private static int pvclockFlags(Guest guest) {
    return guest.vm.memory().read(Guest.DATA + PVCLOCK_FLAGS, 1)[0];
  }

  private static long readTsc(GuestCpu cpu) {
    assertEquals(HALT, cpu.run());
    Registers read = cpu.registers();
    return read.rdx() << Integer.SIZE | read.rax();
  }
}
