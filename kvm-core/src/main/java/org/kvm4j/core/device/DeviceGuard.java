package org.kvm4j.core.device;

import com.google.common.util.concurrent.Uninterruptibles;
import java.lang.System.Logger.Level;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.DeviceException;
import org.kvm4j.device.DeviceFaultException;

/**
 * Stands between the VM and one device: holds the device's lock around every call into it, measures
 * the call, and turns whatever it throws into a fault instead of letting it unwind a vCPU.
 *
 * <p>A device that has failed once is fenced, for its state can no longer be relied on: nothing of
 * it runs again, its reads give all ones, and nobody waits for a call that does not come back.
 */
final class DeviceGuard {

  /** How often one who waits for the device looks whether it has been fenced meanwhile. */
  private static final long WAIT_MILLIS = 100;

  private static final System.Logger LOG = System.getLogger(DeviceGuard.class.getName());
  private static final long ALL_ONES = -1;
  private static final String ADVICE = "This is a bug in the device; report it to its author.";

  private enum State {
    OPEN,
    FENCED,
    CLOSED
  }

  private final String deviceId;
  private final Watchdog watchdog;
  private final CallMeter meter;
  private final Consumer<DeviceFaultException> onFault;
  private final Runnable onFence;
  private final DeviceThreads threads;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile State state = State.OPEN;

  /** Calls in calls; guarded by the lock. */
  private int depth;

  // Of the present call, for the watchdog; written with the lock held, before the meter begins.
  private String kind = "";
  private long address;
  private int size;

  /** The calling thread's own context class loader, during a call. */
  private ClassLoader contextBefore;

  /**
   * For one device.
   *
   * @param onFence takes back what the device could still act through
   * @param onFault told of the fault, after that
   */
  DeviceGuard(
      String deviceId,
      Watchdog watchdog,
      DeviceThreads threads,
      Runnable onFence,
      Consumer<DeviceFaultException> onFault) {
    this.deviceId = deviceId;
    this.watchdog = watchdog;
    this.threads = threads;
    this.onFence = onFence;
    this.onFault = onFault;
    this.meter = new CallMeter(watchdog, this::overdue);
    watchdog.add(meter);
  }

  /** Whether the device has failed. */
  boolean isFenced() {
    return state == State.FENCED;
  }

  /** Runs a piece of the device's code, unless the device is fenced or closed. */
  void run(String what, Runnable code) {
    if (enter(what, 0, 0)) {
      try {
        code.run();
      } catch (Throwable t) {
        failed(what, 0, 0, t);
      } finally {
        leave(what, 0, 0);
      }
    }
  }

  /** Runs code whose exceptions are the caller's: what makes the device, saves it, restores it. */
  <T> T call(Supplier<T> code) {
    lock.lock();
    ClassLoader before = mark();
    try {
      return code.get();
    } finally {
      Thread.currentThread().setContextClassLoader(before);
      lock.unlock();
    }
  }

  /**
   * Does something while nobody else is in the device.
   *
   * @throws DeviceException if somebody in there does not come out
   */
  <T> T whileIdle(Supplier<T> action) {
    if (!lockEvenIfFenced()) {
      throw new DeviceException(
          "Device %s is stuck in a call. End the machine.".formatted(deviceId));
    }
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** Runs the device's last piece of code, even if fenced; nothing of it runs afterwards. */
  void runLast(String what, Runnable code) {
    boolean locked = lockEvenIfFenced();
    try {
      if (locked && state != State.CLOSED) {
        state = State.OPEN; // a fenced device, too, may give up what it opened
        run(what, code);
      }
    } finally {
      state = State.CLOSED;
      watchdog.remove(meter);
      if (locked) {
        lock.unlock();
      }
    }
  }

  /** A fenced device may be in a call for ever: it gets a moment. */
  private boolean lockEvenIfFenced() {
    return lockWhileOpen()
        || Uninterruptibles.tryLockUninterruptibly(lock, WAIT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Closes something that the device left behind; a failure is a fault like any other. */
  void closing(String what, AutoCloseable resource) {
    try {
      resource.close();
    } catch (Throwable t) {
      failed("closing " + what, 0, 0, t);
    }
  }

  /** Fences the device and reports what it has done wrong; what comes after that is no news. */
  void fault(String message, Throwable cause) {
    if (isNews()) {
      onFault.accept(new DeviceFaultException(message, cause));
    } else {
      LOG.log(Level.DEBUG, message, cause);
    }
  }

  private synchronized boolean isNews() {
    boolean first = state == State.OPEN;
    if (first) {
      state = State.FENCED;
      onFence.run();
    }
    return first || state == State.CLOSED;
  }

  Target around(PioHandler handler, int base) {
    return around(Target.of(handler), AddressKind.PORT, base);
  }

  Target around(MmioHandler handler, long base) {
    return around(Target.of(handler), AddressKind.MEMORY, base);
  }

  Target around(Target target, AddressKind kind, long base) {
    return new GuardedRange(this, target, kind.noun(), base);
  }

  long read(Target target, String what, long at, long offset, int bytes) {
    if (!enter(what, at, bytes)) {
      return ALL_ONES;
    }
    long value = ALL_ONES;
    try {
      value = target.read(offset, bytes);
    } catch (Throwable t) {
      failed(what, at, bytes, t);
    } finally {
      value = leave(what, at, bytes) ? value : ALL_ONES;
    }
    return value;
  }

  void write(Target target, String what, long at, long offset, int bytes, long value) {
    if (enter(what, at, bytes)) {
      try {
        target.write(offset, bytes, value);
      } catch (Throwable t) {
        failed(what, at, bytes, t);
      } finally {
        leave(what, at, bytes);
      }
    }
  }

  /** Whether the call may be made; then {@link #leave} must follow. */
  private boolean enter(String what, long at, int bytes) {
    if (!lockWhileOpen()) {
      return false;
    }
    if (state != State.OPEN) {
      lock.unlock();
      return false;
    }
    if (depth++ == 0) {
      kind = what;
      address = at;
      size = bytes;
      contextBefore = mark();
      meter.begin();
    }
    return true;
  }

  /** Whether the call ended in time. */
  private boolean leave(String what, long at, int bytes) {
    try {
      if (--depth > 0) {
        return true; // a part of another call, which is measured as a whole
      }
      Thread.currentThread().setContextClassLoader(contextBefore);
      return switch (meter.end()) {
        case FINE -> true;
        case TOLD -> false;
        case OVER -> {
          fault(tooLong("took too long for", what, at, bytes), null);
          yield false;
        }
      };
    } finally {
      lock.unlock();
    }
  }

  private ClassLoader mark() {
    Thread current = Thread.currentThread();
    ClassLoader found = current.getContextClassLoader();
    current.setContextClassLoader(threads.mark());
    return found;
  }

  /** Without a bound only as long as somebody in there may still come out. */
  private boolean lockWhileOpen() {
    if (lock.tryLock()) {
      return true;
    }
    boolean interrupted = false;
    try {
      while (state == State.OPEN) {
        try {
          if (lock.tryLock(WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
            return true;
          }
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return false;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** On the watchdog's thread. */
  private void overdue(StackTraceElement[] where) {
    Throwable stack = new IllegalStateException("it is still there:");
    stack.setStackTrace(where);
    fault(tooLong("does not come back from", kind, address, size), stack);
  }

  private void failed(String what, long at, int bytes, Throwable cause) {
    fault(
        "Device %s failed in %s: %s. %s".formatted(deviceId, place(what, at, bytes), cause, ADVICE),
        cause);
  }

  private String tooLong(String verb, String what, long at, int bytes) {
    return "Device %s %s %s: it may take %d ms. %s"
        .formatted(
            deviceId,
            verb,
            place(what, at, bytes),
            TimeUnit.NANOSECONDS.toMillis(watchdog.budgetNanos()),
            ADVICE);
  }

  private static String place(String what, long at, int bytes) {
    return bytes == 0 ? what : "%s 0x%x, size %d".formatted(what, at, bytes);
  }
}
