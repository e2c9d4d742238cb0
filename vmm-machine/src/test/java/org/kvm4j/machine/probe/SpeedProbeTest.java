package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.VcpuExit;

@Timeout(30)
final class SpeedProbeTest {

  private static final int COUNT_PORT = 0xf8;
  private static final int BATCHED_EXITS = 9 * 500;

  private final ScriptedKvm kvm = new ScriptedKvm();
  private final Watchdog watchdog = new Watchdog(Duration.ofSeconds(20));
  private final AtomicLong nanos = new AtomicLong();
  private final SpeedProbe probe =
      new SpeedProbe(kvm.hypervisor, ScriptedKvm.NO_FEATURES, watchdog, nanos::get);

  @AfterEach
  void closeWatchdog() {
    watchdog.close();
  }

  @Test
  void measure_countsTwoInstructionsALoopAndTheMedianExit() {
    // One ns a loop: the guest has to be asked for ever more loops until 40 ms have passed.
    kvm.guest(
        ports -> {
          for (int loops = 0; loops < 40_000_000; ) {
            loops = ports.read(COUNT_PORT, 4);
            nanos.addAndGet(loops);
            ports.write(ProbeImage.MARK_PORT, 1, 0);
          }
          kvm.guest(
              later -> {
                for (int exit = 0; exit <= BATCHED_EXITS; exit++) {
                  nanos.addAndGet(7_000);
                  later.write(ProbeImage.MARK_PORT, 1, 0);
                }
                return VcpuExit.Interrupted.INSTANCE;
              });
          return VcpuExit.Interrupted.INSTANCE;
        });

    assertEquals(Optional.of(new Speed(2_000_000_000L, 7_000)), probe.measure());
    verify(kvm.vm, times(2)).close();
  }

  @Test
  void measure_isEmptyWhenAGuestFails() {
    kvm.guest(ports -> new VcpuExit.Shutdown());

    assertEquals(Optional.empty(), probe.measure());
    verify(kvm.vm, times(2)).close();
  }
}
