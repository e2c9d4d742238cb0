package org.kvm4j.machine.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import org.junit.jupiter.api.Test;
import org.kvm4j.device.HostStream;

final class OutputMeterTest {

  private final HostStream host =
      mock(HostStream.class, withSettings().extraInterfaces(AutoCloseable.class));
  private final OutputMeter meter = new OutputMeter((id, spec) -> host);
  private final HostStream stream = meter.open("serial", "stdio");

  @Test
  void byteThatTheHostTakes_isOutput() {
    long before = meter.lastNanoTime();
    when(host.write('x')).thenReturn(true);

    assertTrue(stream.write('x'));

    assertEquals(1, meter.bytes());
    assertTrue(meter.lastNanoTime() - before > 0);
  }

  @Test
  void refusedByteAndInput_areNone() {
    long before = meter.lastNanoTime();
    when(host.read()).thenReturn(7);

    stream.write('x');
    assertEquals(7, stream.read());

    assertEquals(0, meter.bytes());
    assertEquals(before, meter.lastNanoTime());
  }

  @Test
  void stream_isClosedWithItsDevice() throws Exception {
    Runnable task = () -> {};
    stream.onReady(task);
    ((AutoCloseable) stream).close();

    verify(host).onReady(task);
    verify((AutoCloseable) host).close();
  }
}
