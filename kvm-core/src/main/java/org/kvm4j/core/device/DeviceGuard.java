package org.kvm4j.core.device;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceFaultException;

/**
 * Stands between the VM and one device: holds the device's lock around every call into it, and
 * turns whatever it throws into a fault instead of letting it unwind a vCPU.
 */
final class DeviceGuard {

  private static final int ALL_ONES = -1;

  private final String deviceId;
  private final Consumer<DeviceFaultException> onFault;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean closed;

  DeviceGuard(String deviceId, Consumer<DeviceFaultException> onFault) {
    this.deviceId = deviceId;
    this.onFault = onFault;
  }

  /** Runs a piece of the device's code, unless the device is closed. */
  void run(String what, Runnable code) {
    lock.lock();
    try {
      if (!closed) {
        code.run();
      }
    } catch (Throwable t) {
      fault(what, t);
    } finally {
      lock.unlock();
    }
  }

  /** Runs code that makes the device; what it throws is the caller's. */
  <T> T call(Supplier<T> code) {
    lock.lock();
    try {
      return code.get();
    } finally {
      lock.unlock();
    }
  }

  /** Runs the device's last piece of code; nothing of it runs afterwards. */
  void runLast(String what, Runnable code) {
    lock.lock();
    try {
      run(what, code);
      closed = true;
    } finally {
      lock.unlock();
    }
  }

  /** Closes something that the device left behind; a failure is a fault like any other. */
  void closing(String what, AutoCloseable resource) {
    try {
      resource.close();
    } catch (Throwable t) {
      fault("closing " + what, t);
    }
  }

  PioHandler around(PioHandler handler, int base) {
    int width = handler.maxAccessBytes();
    return new PioHandler() {
      @Override
      public int read(int offset, int size) {
        lock.lock();
        try {
          return closed ? ALL_ONES : handler.read(offset, size);
        } catch (Throwable t) {
          fault(access("a read of port", base + offset, size), t);
          return ALL_ONES;
        } finally {
          lock.unlock();
        }
      }

      @Override
      public void write(int offset, int size, int value) {
        lock.lock();
        try {
          if (!closed) {
            handler.write(offset, size, value);
          }
        } catch (Throwable t) {
          fault(access("a write to port", base + offset, size), t);
        } finally {
          lock.unlock();
        }
      }

      @Override
      public int maxAccessBytes() {
        return width;
      }
    };
  }

  MmioHandler around(MmioHandler handler, long base) {
    int width = handler.maxAccessBytes();
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        lock.lock();
        try {
          return closed ? ALL_ONES : handler.read(offset, size);
        } catch (Throwable t) {
          fault(access("a read of address", base + offset, size), t);
          return ALL_ONES;
        } finally {
          lock.unlock();
        }
      }

      @Override
      public void write(long offset, int size, long value) {
        lock.lock();
        try {
          if (!closed) {
            handler.write(offset, size, value);
          }
        } catch (Throwable t) {
          fault(access("a write to address", base + offset, size), t);
        } finally {
          lock.unlock();
        }
      }

      @Override
      public int maxAccessBytes() {
        return width;
      }
    };
  }

  private void fault(String what, Throwable cause) {
    onFault.accept(
        new DeviceFaultException(
            "Device %s failed in %s: %s. This is a bug in the device; report it to its author."
                .formatted(deviceId, what, cause),
            cause));
  }

  private static String access(String what, long address, int size) {
    return "%s 0x%x, size %d".formatted(what, address, size);
  }
}
