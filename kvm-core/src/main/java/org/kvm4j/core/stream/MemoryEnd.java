package org.kvm4j.core.stream;

import java.time.Duration;

/**
 * The host's side of a {@code memory} stream, for programs that embed a VM and for tests.
 *
 * <p>Text is UTF-8. Output that nobody takes is kept up to 64 KiB; then the oldest is dropped.
 * Threading: any thread; the device's task runs within {@link #send}, which therefore takes the
 * device's lock.
 */
public interface MemoryEnd {

  /**
   * Sends bytes to the device.
   *
   * @return how many there was room for: the rest was not taken
   */
  int send(byte... bytes);

  /** As {@link #send(byte...)}, with text; the result counts bytes. */
  int send(String text);

  /** What the device wrote and {@link #take} has not taken; it stays. */
  String received();

  /** Takes what the device wrote. */
  byte[] take();

  /**
   * Waits until {@link #received} contains a text.
   *
   * @return false if it did not in time, or the stream was closed
   */
  boolean awaitText(String text, Duration timeout) throws InterruptedException;
}
