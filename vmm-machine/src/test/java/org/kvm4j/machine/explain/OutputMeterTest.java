package org.kvm4j.machine.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.mockito.Mockito.withSettings;

import java.nio.charset.StandardCharsets;
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

  private void write(String text) {
    for (byte value : text.getBytes(StandardCharsets.US_ASCII)) {
      stream.write(value);
    }
  }

  @Test
  void lastOutput_isKeptOfEachStream() {
    when(host.write(anyInt())).thenReturn(true);
    meter.open("debug-console", "stderr").write('!');
    write("hello");
    when(host.write(anyInt())).thenReturn(false);
    write("refused");

    assertEquals("hello\n!", meter.lastText());
  }

  @Test
  void longOutput_isCutAtItsBeginning() {
    when(host.write(anyInt())).thenReturn(true);
    write("a".repeat(20_000) + "b".repeat(16_000) + "c");

    assertEquals("a".repeat(383) + "b".repeat(16_000) + "c", meter.lastText());
  }

  @Test
  void closedStream_isForgotten() throws Exception {
    when(host.write(anyInt())).thenReturn(true);
    write("old");

    ((AutoCloseable) stream).close();

    assertEquals("", meter.lastText());
    assertEquals(3, meter.bytes());
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
