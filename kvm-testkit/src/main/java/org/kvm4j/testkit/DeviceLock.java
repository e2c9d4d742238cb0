package org.kvm4j.testkit;

import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.kvm4j.device.DeviceFaultException;

/**
 * The lock of one device, held around everything the framework calls on it.
 *
 * <p>As an {@link Executor} it runs timer tasks and stream callbacks, until the device is closed.
 * What the device throws out of a handler, task or callback becomes a {@link DeviceFaultException},
 * so that a test sees which device failed where.
 */
final class DeviceLock implements Executor {

  private final String deviceId;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed; // guarded by lock

  DeviceLock(String deviceId) {
    this.deviceId = deviceId;
  }

  /** Runs a timer task or callback, unless the device is closed. */
  @Override
  public void execute(Runnable task) {
    locked(
        () -> {
          if (!closed) {
            faultsNamed("a timer task or stream callback", task);
          }
        });
  }

  /** Runs a call on the device whose exceptions belong to the caller. */
  void locked(Runnable call) {
    locked(
        () -> {
          call.run();
          return null;
        });
  }

  <T> T locked(Supplier<T> call) {
    lock.lock();
    try {
      return call.get();
    } finally {
      lock.unlock();
    }
  }

  /** Runs the last call on the device, once; tasks are dropped from now on. */
  void close(Runnable call) {
    locked(
        () -> {
          if (!closed) {
            closed = true;
            call.run();
          }
        });
  }

  /** Takes the lock around a handler's calls. */
  AddressSpace.Handler guard(String region, AddressSpace.Handler handler) {
    return new AddressSpace.Handler() {
      @Override
      public long read(long offset, int size) {
        return locked(
            () -> {
              try {
                return handler.read(offset, size);
              } catch (RuntimeException e) {
                throw fault("reading %d bytes at %s + 0x%x".formatted(size, region, offset), e);
              }
            });
      }

      @Override
      public void write(long offset, int size, long value) {
        String where = "writing 0x%x, %d bytes, at %s + 0x%x";
        locked(
            () -> {
              try {
                handler.write(offset, size, value);
              } catch (RuntimeException e) {
                throw fault(where.formatted(value, size, region, offset), e);
              }
            });
      }
    };
  }

  private void faultsNamed(String where, Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      throw fault(where, e);
    }
  }

  private DeviceFaultException fault(String where, RuntimeException cause) {
    return new DeviceFaultException(
        "Device %s threw in %s: %s. Nothing a guest does may throw."
            .formatted(deviceId, where, cause),
        cause);
  }
}
