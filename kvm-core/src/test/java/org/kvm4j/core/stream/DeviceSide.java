package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.kvm4j.device.HostStream;

/**
 * A device as the contract of {@link HostStream} wants it: after a refusal or {@link
 * HostStream#NOTHING} it does nothing until its task has run. A lost wake-up makes it fail.
 */
final class DeviceSide {

  private static final int PATIENCE_SECONDS = 20;

  private final HostStream stream;
  private final Semaphore ready = new Semaphore(0);

  DeviceSide(HostStream stream) {
    this.stream = stream;
    stream.onReady(ready::release);
  }

  /** Writes and reads at once, as far as either goes. */
  byte[] exchange(byte[] output, int inputCount) throws InterruptedException {
    ByteArrayOutputStream input = new ByteArrayOutputStream();
    int written = 0;
    while (written < output.length || input.size() < inputCount) {
      boolean moved = false;
      while (written < output.length && stream.write(output[written])) {
        written++;
        moved = true;
      }
      int value;
      while (input.size() < inputCount && (value = stream.read()) != HostStream.NOTHING) {
        input.write(value);
        moved = true;
      }
      if (!moved) {
        assertTrue(ready.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS), "the task never ran");
      }
    }
    return input.toByteArray();
  }

  void write(String text) throws InterruptedException {
    exchange(text.getBytes(StandardCharsets.UTF_8), 0);
  }

  String read(int count) throws InterruptedException {
    return new String(exchange(new byte[0], count), StandardCharsets.UTF_8);
  }

  /** Writes lines, of a length that no buffer is a multiple of, until the host's end is full. */
  void fill() {
    for (int i = 1; stream.write(i % 7 == 0 ? '\n' : '#'); i++) {
      // more
    }
  }
}
