package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.device.HostStream;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.explain.OutputMeter;

@Timeout(60)
final class SilenceWatchTest {

  private static final Duration SHORT = Duration.ofMillis(1);

  private final Machine machine = mock(Machine.class);
  private final BlockingQueue<Machine> told = new LinkedBlockingQueue<>();

  @BeforeEach
  void guestThatSaysNothing() {
    when(machine.output()).thenReturn(new OutputMeter((id, spec) -> mock(HostStream.class)));
  }

  @Test
  void silence_isTold() throws InterruptedException {
    try (SilenceWatch watch = SilenceWatch.on(machine, SHORT, told::add)) {
      assertSame(machine, told.take());
    }
    assertTrue(told.isEmpty(), "once");
  }

  @Test
  void timeOfAPause_doesNotCount() throws InterruptedException {
    when(machine.isPaused()).thenReturn(true, true, false);

    try (SilenceWatch watch = SilenceWatch.on(machine, SHORT, told::add)) {
      told.take();
    }

    verify(machine, times(3)).isPaused();
  }

  @Test
  void closedWatch_tellsNothing() {
    SilenceWatch.on(machine, Duration.ofHours(1), told::add).close();

    assertTrue(told.isEmpty());
  }
}
