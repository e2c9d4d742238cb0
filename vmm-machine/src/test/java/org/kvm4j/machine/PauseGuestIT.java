package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RDX;

import java.time.Duration;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Buses;
import org.kvm4j.GuestMemory;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.testkit.RequiresKvm;
import org.kvm4j.testkit.SoftwareKvm;

/** What a guest sees of a pause, on a real KVM. */
@RequiresKvm
@Timeout(60)
final class PauseGuestIT {

  private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();
  private static final int TSC = GuestCode.FREE;

  private static final int ENABLED = 1;

  /** struct pvclock_vcpu_time_info of the guest, Documentation/virt/kvm/x86/msr.rst. */
  private static final int PVCLOCK = GuestCode.FREE + 0x40;

  private static final int TSC_TIMESTAMP = PVCLOCK + 8;
  private static final int SYSTEM_TIME = PVCLOCK + 16;
  private static final int TSC_TO_SYSTEM_MUL = PVCLOCK + 24;
  private static final int TSC_SHIFT = PVCLOCK + 28;

  /** Switches kvm-clock on; then its TSC, over and over. */
  private static GuestCode clock() {
    return new GuestCode()
        .bytes(0xb9, 0x01, 0x4d, 0x56, 0x4b) // mov ecx, MSR_KVM_SYSTEM_TIME_NEW
        .mov(RAX, PVCLOCK | ENABLED)
        .bytes(0x31, 0xd2) // xor edx, edx
        .bytes(0x0f, 0x30) // wrmsr
        .print("up")
        .label("again")
        .bytes(0x0f, 0x31) // rdtsc
        .store32(TSC, RAX)
        .store32(TSC + 4, RDX)
        .jmp("again");
  }

  @Test
  void theGuestsTsc_standsWhileTheMachineDoes() throws InterruptedException {
    SoftwareKvm.skip("the guest reads the host's TSC, which nobody can stop");
    double ticksPerNano = ticksPerNano();
    assertStands(memory -> memory.readLong(TSC) / ticksPerNano);
  }

  @Test
  void theGuestsKvmClock_standsWhileTheMachineDoes() throws InterruptedException {
    assertStands(PauseGuestIT::kvmClockNanos);
  }

  /** What the guest would make of the TSC that it has read. */
  private static double kvmClockNanos(GuestMemory memory) {
    double ticks = memory.readLong(TSC) - memory.readLong(TSC_TIMESTAMP);
    double mul = Integer.toUnsignedLong(memory.readInt(TSC_TO_SYSTEM_MUL)) / 0x1p32;
    return memory.readLong(SYSTEM_TIME)
        + Math.scalb(ticks * mul, (byte) memory.readByte(TSC_SHIFT));
  }

  private static void assertStands(ToDoubleFunction<GuestMemory> clockNanos)
      throws InterruptedException {
    try (TestMachine test = new TestMachine(TestMachine.pc(clock()))) {
      Machine machine = test.machine();
      machine.start();
      assertTrue(test.serial().awaitText("up", Duration.ofSeconds(30)));
      pauseWithATsc(machine);
      double guestBefore = clockNanos.applyAsDouble(machine.memory());
      long vmBefore = machine.clock().nanoTime();

      long until = System.nanoTime() + PAUSE_NANOS;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      machine.resume();
      pauseWithATsc(machine);

      double guestNanos = clockNanos.applyAsDouble(machine.memory()) - guestBefore;
      long vmNanos = machine.clock().nanoTime() - vmBefore;
      assertTrue(
          guestNanos > 0 && guestNanos < vmNanos + PAUSE_NANOS / 2.0,
          () -> "guest's clock: %.0f ns, VM's clock: %d ns".formatted(guestNanos, vmNanos));
    }
  }

  /** Until the guest has come round to store one. */
  private static void pauseWithATsc(Machine machine) throws InterruptedException {
    long old = machine.memory().readLong(TSC);
    while (machine.memory().readLong(TSC) == old) {
      Thread.onSpinWait();
    }
    machine.pause();
  }

  private static double ticksPerNano() {
    try (var hypervisor = Kvm.open();
        var vm = hypervisor.createVm()) {
      var vcpu = vm.createVcpu(0, new Buses(new PioSpace(), new MmioSpace()));
      return vcpu.tsc().frequencyKhz() / 1e6;
    }
  }
}
