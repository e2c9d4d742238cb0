package org.kvm4j.testkit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Executor;
import org.kvm4j.device.HostStream;

/**
 * A host stream in memory; the test is the host.
 *
 * <p>The device's {@link #onReady} task runs within {@link #send}, {@link #drain} and {@link
 * #setRoom}, and only when the contract of {@link HostStream} says so: after {@link #read} had
 * nothing, or {@link #write} was refused. A device that stops reading half-way is not called again,
 * as a host that signals edges would not. Text is ISO 8859-1: one character a byte, whatever the
 * byte.
 *
 * <p>Threading: any thread.
 */
public final class MemoryStream implements HostStream {

  /** The bytes that either direction holds, unless set otherwise. */
  public static final int DEFAULT_ROOM_BYTES = 65_536;

  private final Executor runner;

  // All below guarded by this.
  private final Queue<Byte> toDevice = new ArrayDeque<>();
  private final ByteArrayOutputStream fromDevice = new ByteArrayOutputStream();
  private int roomBytes = DEFAULT_ROOM_BYTES;
  private Runnable readyTask;
  private boolean readWaits = true; // a device that never read has not seen input either
  private boolean writeWaits;

  /** With {@link #DEFAULT_ROOM_BYTES} in either direction. */
  public MemoryStream() {
    this(Runnable::run);
  }

  /** With a runner that takes the device's lock around the task. */
  MemoryStream(Executor runner) {
    this.runner = runner;
  }

  @Override
  public synchronized int read() {
    Byte next = toDevice.poll();
    readWaits = next == null;
    return next == null ? NOTHING : Byte.toUnsignedInt(next);
  }

  @Override
  public synchronized boolean write(int value) {
    writeWaits = fromDevice.size() >= roomBytes;
    if (writeWaits) {
      return false;
    }
    fromDevice.write(value);
    return true;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the stream has a task already
   */
  @Override
  public synchronized void onReady(Runnable task) {
    if (readyTask != null) {
      throw new IllegalStateException("The stream has an onReady task. Name one, once.");
    }
    readyTask = Objects.requireNonNull(task, "task");
  }

  /** Sends text to the device, as the host. */
  public void send(String text) {
    send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * Sends bytes to the device, as the host.
   *
   * @throws IllegalStateException if more than {@link #DEFAULT_ROOM_BYTES} would wait: the device
   *     does not read
   */
  public void send(byte... bytes) {
    synchronized (this) {
      if (toDevice.size() + bytes.length > DEFAULT_ROOM_BYTES) {
        throw new IllegalStateException(
            "%d bytes wait for the device. Let it read them first.".formatted(toDevice.size()));
      }
      for (byte value : bytes) {
        toDevice.add(value);
      }
    }
    notifyDevice();
  }

  /** The bytes sent that the device has not read yet. */
  public synchronized int unread() {
    return toDevice.size();
  }

  /** What the device wrote and {@link #drain} has not taken; it stays. */
  public synchronized String received() {
    return fromDevice.toString(StandardCharsets.ISO_8859_1);
  }

  /** As {@link #received()}, in bytes. */
  public synchronized byte[] receivedBytes() {
    return fromDevice.toByteArray();
  }

  /** Takes what the device wrote, which makes room for more. */
  public String drain() {
    String text;
    synchronized (this) {
      text = received();
      fromDevice.reset();
    }
    notifyDevice();
    return text;
  }

  /**
   * Sets how many bytes the host holds until {@link #drain}: with 0, every {@link #write} is
   * refused.
   */
  public void setRoom(int bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("Room of %d bytes: use 0 or more.".formatted(bytes));
    }
    synchronized (this) {
      roomBytes = bytes;
    }
    notifyDevice();
  }

  /** Takes back what was sent and not read; returns it. */
  synchronized byte[] recall() {
    byte[] bytes = new byte[toDevice.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = toDevice.remove();
    }
    return bytes;
  }

  private void notifyDevice() {
    Runnable task = takeReadyTask();
    if (task != null) {
      runner.execute(task); // without the monitor: the device's lock comes first
    }
  }

  /** The task if it is to run now, or null. */
  private synchronized Runnable takeReadyTask() {
    boolean readable = readWaits && !toDevice.isEmpty();
    boolean writable = writeWaits && fromDevice.size() < roomBytes;
    if (readable) {
      readWaits = false;
    }
    if (writable) {
      writeWaits = false;
    }
    return readable || writable ? readyTask : null;
  }
}
