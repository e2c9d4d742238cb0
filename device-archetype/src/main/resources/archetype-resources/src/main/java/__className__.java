package ${package};

import java.util.function.Function;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/** The chip: its registers and its countdown. The package's description is its datasheet. */
final class ${className} implements Device, MmioHandler {

  // Registers
  static final int ID = 0x00;
  static final int DELAY = 0x04;
  static final int STATUS = 0x08;

  /** The bytes of address space that the chip decodes. */
  static final int SIZE_BYTES = 0x10;

  static final int ID_VALUE = 0x434e5401;
  static final int STATUS_DONE = 1 << 0;

  private static final long ALL_ONES = -1;
  private static final int REGISTER_BYTES = 4;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long MAX_WAIT_NANOS = 0xffff_ffffL * NANOS_PER_MICRO;

  private final InterruptLine line;
  private final VmClock clock;
  private final VmTimer timer;

  private int delayMicros;
  private boolean done;
  private boolean counting;
  private long deadlineNanos;

  ${className}(InterruptLine line, VmClock clock, Function<Runnable, VmTimer> timers) {
    this.line = line;
    this.clock = clock;
    this.timer = timers.apply(this::end);
  }

  @Override
  public int maxAccessBytes() {
    return REGISTER_BYTES;
  }

  @Override
  public long read(long offset, int size) {
    if (!isRegister(offset, size)) {
      return ALL_ONES;
    }
    return switch ((int) offset) {
      case ID -> ID_VALUE;
      case DELAY -> delayMicros;
      case STATUS -> done ? STATUS_DONE : 0;
      default -> 0;
    };
  }

  @Override
  public void write(long offset, int size, long value) {
    if (!isRegister(offset, size)) {
      return;
    }
    switch ((int) offset) {
      case DELAY -> {
        delayMicros = (int) value;
        count(Integer.toUnsignedLong(delayMicros) * NANOS_PER_MICRO);
      }
      case STATUS -> setDone(done && (value & STATUS_DONE) == 0);
      default -> {} // read-only, or no register
    }
  }

  private static boolean isRegister(long offset, int size) {
    return size == REGISTER_BYTES && offset % REGISTER_BYTES == 0;
  }

  private void count(long nanos) {
    counting = nanos > 0;
    if (counting) {
      deadlineNanos = clock.nanoTime() + nanos;
      timer.arm(deadlineNanos);
    } else {
      timer.cancel();
    }
  }

  private void end() {
    counting = false;
    setDone(true);
  }

  private void setDone(boolean done) {
    this.done = done;
    line.set(done);
  }

  @Override
  public void reset() {
    delayMicros = 0;
    count(0);
    setDone(false);
  }

  @Override
  public void save(StateWriter out) {
    // At least 1, so that a countdown whose end is due is one that still counts.
    long waitNanos = counting ? Math.max(1, deadlineNanos - clock.nanoTime()) : 0;
    out.put("delay_micros", delayMicros).put("done", done).put("wait_nanos", waitNanos);
  }

  @Override
  public void restore(StateReader in) {
    int savedDelay = in.intValue("delay_micros", Integer.MIN_VALUE, Integer.MAX_VALUE);
    boolean savedDone = in.booleanValue("done");
    long savedWait = in.longValue("wait_nanos", 0, MAX_WAIT_NANOS);
    if (savedWait > Integer.toUnsignedLong(savedDelay) * NANOS_PER_MICRO) {
      throw new DeviceStateException(
          "Restoring ${artifactId} failed: it waits longer than its delay."
              + " Use a state that this version saved.");
    }
    // All is there and fits, so that from here on nothing fails.
    delayMicros = savedDelay;
    count(savedWait);
    setDone(savedDone);
  }
}
