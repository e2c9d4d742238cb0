package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RDX;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Buses;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.testkit.RequiresKvm;

/** What a guest sees of a pause, on a real KVM. */
@RequiresKvm
@Timeout(60)
final class PauseGuestIT {

  private static final long PAUSE_NANOS = Duration.ofMillis(500).toNanos();
  private static final int TSC = GuestCode.FREE;

  /** Its TSC, over and over. */
  private static GuestCode clock() {
    return new GuestCode()
        .print("up")
        .label("again")
        .bytes(0x0f, 0x31) // rdtsc
        .store32(TSC, RAX)
        .store32(TSC + 4, RDX)
        .jmp("again");
  }

  @Test
  void theGuestsTsc_standsWhileTheMachineDoes() throws InterruptedException {
    try (TestMachine test = new TestMachine(TestMachine.pc(clock()))) {
      Machine machine = test.machine();
      machine.start();
      assertTrue(test.serial().awaitText("up", Duration.ofSeconds(30)));
      pauseWithATsc(machine);
      long tscBefore = machine.memory().readLong(TSC);
      long vmBefore = machine.clock().nanoTime();

      long until = System.nanoTime() + PAUSE_NANOS;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      machine.resume();
      pauseWithATsc(machine);

      double ranNanos = (machine.memory().readLong(TSC) - tscBefore) / ticksPerNano();
      long vmNanos = machine.clock().nanoTime() - vmBefore;
      assertTrue(
          ranNanos < vmNanos + PAUSE_NANOS / 2.0,
          () -> "TSC: %.0f ns, VM's clock: %d ns".formatted(ranNanos, vmNanos));
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
