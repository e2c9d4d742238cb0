package org.kvm4j.core.device;

import static org.kvm4j.core.device.RecordedEvent.CREATE;
import static org.kvm4j.core.device.RecordedEvent.EXIT;
import static org.kvm4j.core.device.RecordedEvent.FAULT;
import static org.kvm4j.core.device.RecordedEvent.LINE;
import static org.kvm4j.core.device.RecordedEvent.READ;
import static org.kvm4j.core.device.RecordedEvent.READY;
import static org.kvm4j.core.device.RecordedEvent.REQUEST;
import static org.kvm4j.core.device.RecordedEvent.RESET;
import static org.kvm4j.core.device.RecordedEvent.TIMER;
import static org.kvm4j.core.device.RecordedEvent.WRITE;

import java.util.function.Supplier;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;

/**
 * Records one device.
 *
 * <p>For as long as a call of the device lasts, the clock that it sees stands, so that a replay can
 * show it the same time. Threading: calls with the device's lock held; any thread for the rest.
 */
final class DeviceTape extends Tape {

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long ALL_ONES = -1;

  private final Recorder recorder;
  private final String id;
  private final VmClock time;
  private final long wallClockMillis;
  private int timers;
  private int streams;

  /** Who is in a call; only the thread itself can find itself here. */
  private Thread inside;

  private long callNanos;

  DeviceTape(Recorder recorder, String id, VmClock time, long wallClockMillis) {
    this.recorder = recorder;
    this.id = id;
    this.time = time;
    this.wallClockMillis = wallClockMillis;
  }

  @Override
  <T> T create(Supplier<T> maker) {
    boolean outermost = begin();
    try {
      return maker.get();
    } catch (Throwable t) {
      fault(outermost, t);
      throw t;
    } finally {
      end(outermost, CREATE, 0, 0, 0);
    }
  }

  @Override
  void reset(Runnable reset) {
    call(RESET, 0, reset);
  }

  @Override
  Target around(Target target, AddressKind kind, long base) {
    return new Target() {
      @Override
      public long read(long offset, int size) {
        boolean outermost = begin();
        long value = ALL_ONES;
        try {
          value = target.read(offset, size);
          return value;
        } catch (Throwable t) {
          fault(outermost, t);
          throw t;
        } finally {
          end(outermost, kind.read(), base + offset, size, value & ones(size));
        }
      }

      @Override
      public void write(long offset, int size, long value) {
        boolean outermost = begin();
        try {
          target.write(offset, size, value);
        } catch (Throwable t) {
          fault(outermost, t);
          throw t;
        } finally {
          end(outermost, kind.write(), base + offset, size, value & ones(size));
        }
      }

      @Override
      public int maxAccessBytes() {
        return target.maxAccessBytes();
      }
    };
  }

  /** A replay could not tell it of the lines of other devices. */
  @Override
  InterruptController around(InterruptController controller) {
    throw new DeviceConfigurationException(
        "Device %s: interrupt controllers cannot be recorded. Leave out --record or --irqchip split."
            .formatted(id));
  }

  @Override
  InterruptLine around(InterruptLine line, int gsi) {
    return new InterruptLine() {
      private volatile boolean level;

      @Override
      public void set(boolean high) {
        if (high != level) {
          level = high;
          effect(LINE, gsi, high ? 1 : 0, 0);
        }
        line.set(high);
      }
    };
  }

  @Override
  VmClock around(VmClock clock) {
    return new VmClock() {
      @Override
      public long nanoTime() {
        return inside == Thread.currentThread() ? callNanos : clock.nanoTime();
      }

      @Override
      public long epochMillis() {
        return wallClockMillis + nanoTime() / NANOS_PER_MILLI;
      }
    };
  }

  @Override
  VmControl around(VmControl control) {
    return new VmControl() {
      @Override
      public void request(VmEvent event, String cause) {
        recorder.event(effectNanos(), id, REQUEST, 0, 0, 0, event.name());
        control.request(event, cause);
      }

      @Override
      public void exit(int status, String cause) {
        effect(EXIT, status, 0, 0);
        control.exit(status, cause);
      }
    };
  }

  @Override
  HostStream around(HostStream stream) {
    int number = streams++;
    return new HostStream() {
      @Override
      public int read() {
        int value = stream.read();
        effect(READ, number, value, 0);
        return value;
      }

      @Override
      public boolean write(int value) {
        boolean taken = stream.write(value);
        effect(WRITE, number, value & 0xff, taken ? 1 : 0);
        return taken;
      }

      @Override
      public void onReady(Runnable task) {
        stream.onReady(() -> call(READY, number, task));
      }
    };
  }

  @Override
  Runnable timerTask(Runnable task) {
    int number = timers++;
    return () -> call(TIMER, number, task);
  }

  private void call(RecordedEvent event, int number, Runnable code) {
    boolean outermost = begin();
    try {
      code.run();
    } catch (Throwable t) {
      fault(outermost, t);
      throw t;
    } finally {
      end(outermost, event, number, 0, 0);
    }
  }

  /** Whether this is not a part of another call: a replay does such parts by itself. */
  private boolean begin() {
    if (inside == Thread.currentThread()) {
      return false;
    }
    callNanos = time.nanoTime();
    inside = Thread.currentThread();
    return true;
  }

  private void end(boolean outermost, RecordedEvent event, long a, long b, long c) {
    if (outermost) {
      recorder.event(callNanos, id, event, a, b, c, "");
      inside = null;
    }
  }

  private void effect(RecordedEvent event, long a, long b, long c) {
    recorder.event(effectNanos(), id, event, a, b, c, "");
  }

  private void fault(boolean outermost, Throwable cause) {
    if (outermost) {
      recorder.event(callNanos, id, FAULT, 0, 0, 0, LineText.word(cause.toString()));
    }
  }

  private long effectNanos() {
    return inside == Thread.currentThread() ? callNanos : time.nanoTime();
  }

  private static long ones(int size) {
    return ALL_ONES >>> (Long.SIZE - size * Byte.SIZE);
  }
}
