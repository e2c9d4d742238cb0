package org.kvm4j.core.stream;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.kvm4j.device.HostStream;

/**
 * The two bounded rings between a device and whoever moves the bytes to and from the host.
 *
 * <p>No wake-up is lost because each side notes under the lock that it found nothing to do, and the
 * other side looks at that note under the same lock after it changed a ring: {@code readWaits} and
 * {@code writeWaits} for the device, {@code outputAwaited} and {@code inputRoomAwaited} for the
 * pump. The device's task runs without the lock, since it takes the device's own, which comes first
 * whenever a device calls in here.
 *
 * <p>Threading: any thread.
 */
final class Duplex implements HostStream {

  /** In {@link #interest}: there is output to take. */
  static final int OUTPUT = 1;

  /** In {@link #interest}: there is room for input. */
  static final int INPUT_ROOM = 2;

  private final Object lock = new Object();
  private final Runnable wakePump;

  // All below guarded by lock.
  private final ByteRing output;
  private final ByteRing input;
  private Overflow overflow;
  private boolean closing;
  private long discarded;
  private Runnable readyTask;
  private boolean readWaits = true; // a device that never read has not seen input either
  private boolean writeWaits;
  private boolean outputAwaited;
  private boolean inputRoomAwaited;

  /**
   * With empty rings.
   *
   * @param wakePump makes the pump look again; called with the lock held, so it only signals
   */
  Duplex(StreamLimits limits, Overflow overflow, Runnable wakePump) {
    this.output = new ByteRing(limits.outputBytes());
    this.input = new ByteRing(limits.inputBytes());
    this.overflow = overflow;
    this.wakePump = wakePump;
  }

  @Override
  public int read() {
    synchronized (lock) {
      readWaits = input.isEmpty();
      if (readWaits) {
        return NOTHING;
      }
      int value = input.remove();
      // Not at the first free byte: the pump would be woken for every single one of a long text.
      if (inputRoomAwaited && input.isAtMostHalfFull()) {
        inputRoomAwaited = false;
        wakePump.run();
      }
      return value;
    }
  }

  @Override
  public boolean write(int value) {
    synchronized (lock) {
      if (overflow == Overflow.DISCARD) {
        discarded++;
        return true;
      }
      if (output.isFull()) {
        if (overflow == Overflow.REFUSE) {
          writeWaits = true;
          return false;
        }
        output.remove();
        discarded++;
      }
      output.add(value);
      if (outputAwaited) {
        outputAwaited = false;
        wakePump.run();
      }
      return true;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if the stream has a task already
   */
  @Override
  public void onReady(Runnable task) {
    synchronized (lock) {
      if (readyTask != null) {
        throw new IllegalStateException("The stream has an onReady task. Name one, once.");
      }
      readyTask = Objects.requireNonNull(task, "task");
      if (isDeviceDue()) {
        wakePump.run(); // input came first; the caller holds its lock, so another thread runs it
      }
    }
  }

  /** Runs the device's task if it waits for what is there now. */
  void notifyDevice() {
    Runnable task;
    synchronized (lock) {
      if (readyTask == null || !isDeviceDue()) {
        return; // without a task the notes stay, for onReady to see
      }
      readWaits &= input.isEmpty();
      writeWaits &= isOutputFull();
      task = readyTask;
    }
    task.run();
  }

  /** Sets the policy; what nobody will read is dropped at once. */
  void setOverflow(Overflow policy) {
    synchronized (lock) {
      overflow = closing ? Overflow.DISCARD : policy;
      if (policy == Overflow.DISCARD) {
        discarded += output.size();
        output.clear();
      }
    }
  }

  /**
   * What the pump can do now; it is woken when what is missing comes.
   *
   * @param awaitOutput whether missing output is to wake it, too
   */
  int interest(boolean awaitOutput) {
    synchronized (lock) {
      outputAwaited = awaitOutput && output.isEmpty();
      inputRoomAwaited = input.isFull();
      return (output.isEmpty() ? 0 : OUTPUT) | (inputRoomAwaited ? 0 : INPUT_ROOM);
    }
  }

  /** The bytes of input that {@link #putInput} will take at least, if one thread puts. */
  int inputRoom() {
    synchronized (lock) {
      return input.room();
    }
  }

  /** Gives bytes to the device, as many as there is room for. */
  void putInput(ByteBuffer source) {
    synchronized (lock) {
      if (!closing) {
        input.addFrom(source);
      }
    }
  }

  /** Takes output, as much as the target has room for. */
  void takeOutput(ByteBuffer target) {
    synchronized (lock) {
      output.removeTo(target);
    }
  }

  /** A copy of the output that nobody has taken. */
  byte[] pendingOutput() {
    synchronized (lock) {
      return output.copy();
    }
  }

  /** Takes all output that nobody has taken. */
  byte[] takePendingOutput() {
    synchronized (lock) {
      byte[] pending = output.copy();
      output.clear();
      return pending;
    }
  }

  /** Starts the end: output that is in the ring may still be taken, further output is discarded. */
  void startClosing() {
    synchronized (lock) {
      if (!closing) {
        closing = true;
        overflow = Overflow.DISCARD;
        wakePump.run();
      }
    }
  }

  boolean isClosing() {
    synchronized (lock) {
      return closing;
    }
  }

  /** Counts output that was taken and then could not be delivered. */
  void addDiscarded(int bytes) {
    synchronized (lock) {
      discarded += bytes;
    }
  }

  long discardedBytes() {
    synchronized (lock) {
      return discarded;
    }
  }

  private boolean isDeviceDue() {
    return (readWaits && !input.isEmpty()) || (writeWaits && !isOutputFull());
  }

  private boolean isOutputFull() {
    return overflow == Overflow.REFUSE && output.isFull();
  }
}
