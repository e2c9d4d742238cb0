package com.example.thermometer;

import java.util.Optional;
import java.util.function.Function;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/** The digital side of the chip: registers, conversions, alarms. */
final class Thermometer implements Device, MmioHandler {

  static final long CONVERSION_NANOS = 10_000_000;
  static final long SLOW_CONVERSION_NANOS = 1_000_000_000;
  static final long NANOS_PER_MILLI = 1_000_000;

  private static final long ALL_ONES = -1;
  private static final int REGISTER_BYTES = 4;
  private static final long MAX_WAIT_NANOS = Reg.MAX_PERIOD_MILLIS * NANOS_PER_MILLI;

  private final InterruptLine line;
  private final VmClock clock;
  private final VmTimer timer;
  private final Sensor sensor;
  private final ControlLine control;

  private int status;
  private boolean enabled;
  private int temperature;
  private int highLimit;
  private int lowLimit;
  private int hysteresis;
  private int intEnable;
  private int intStatus;
  private int periodMillis;

  /** The end of the conversion, while enabled. */
  private long deadlineNanos;

  Thermometer(
      InterruptLine line,
      VmClock clock,
      Function<Runnable, VmTimer> timers,
      Sensor sensor,
      HostStream control) {
    this.line = line;
    this.clock = clock;
    this.timer = timers.apply(this::endConversion);
    this.sensor = sensor;
    this.control = new ControlLine(control, this::obey);
    reset();
  }

  @Override
  public int maxAccessBytes() {
    return REGISTER_BYTES;
  }

  @Override
  public long read(long offset, int size) {
    if (!isAnswered(offset, size)) {
      return ALL_ONES;
    }
    return switch ((int) offset) {
      case Reg.ID -> Reg.ID_VALUE;
      case Reg.STATUS -> status;
      case Reg.CONTROL -> enabled ? Reg.CONTROL_ENABLE : 0;
      case Reg.TEMPERATURE -> temperature;
      case Reg.HIGH_LIMIT -> highLimit;
      case Reg.LOW_LIMIT -> lowLimit;
      case Reg.HYSTERESIS -> hysteresis;
      case Reg.INT_ENABLE -> intEnable;
      case Reg.INT_STATUS -> intStatus;
      case Reg.SAMPLE_PERIOD -> periodMillis;
      default -> 0;
    };
  }

  @Override
  public void write(long offset, int size, long value) {
    if (!isAnswered(offset, size)) {
      return;
    }
    int written = (int) value;
    switch ((int) offset) {
      case Reg.CONTROL -> enable((written & Reg.CONTROL_ENABLE) != 0);
      case Reg.HIGH_LIMIT -> highLimit = written;
      case Reg.LOW_LIMIT -> lowLimit = written;
      case Reg.HYSTERESIS -> hysteresis = written & Reg.HYSTERESIS_MASK;
      case Reg.INT_ENABLE -> intEnable = written & Reg.CAUSES;
      case Reg.INT_STATUS -> intStatus &= ~written;
      case Reg.SAMPLE_PERIOD -> periodMillis = nearestPeriod(written);
      default -> {} // read-only, or no register
    }
    updateLine();
  }

  private boolean isAnswered(long offset, int size) {
    return size == REGISTER_BYTES
        && offset % REGISTER_BYTES == 0
        && sensor.fault() != Fault.BUS_ERROR;
  }

  private static int nearestPeriod(int written) {
    long millis = Integer.toUnsignedLong(written);
    return (int) Math.max(Reg.MIN_PERIOD_MILLIS, Math.min(millis, Reg.MAX_PERIOD_MILLIS));
  }

  private void enable(boolean enable) {
    if (enable == enabled) {
      return;
    }
    enabled = enable;
    status = 0;
    if (enable) {
      boolean slow = sensor.fault() == Fault.SLOW_READY;
      convertUntil(clock.nanoTime() + (slow ? SLOW_CONVERSION_NANOS : CONVERSION_NANOS));
    } else {
      timer.cancel();
    }
  }

  private void convertUntil(long nanos) {
    deadlineNanos = nanos;
    timer.arm(nanos);
  }

  private void endConversion() {
    temperature = sensor.convert(temperature);
    int before = status;
    status = Reg.READY | alarms(before);
    intStatus |= Reg.READY | (status & ~before);
    updateLine();
    // A host that was busy for long does not have all of them made up for.
    convertUntil(Math.max(deadlineNanos + periodMillis * NANOS_PER_MILLI, clock.nanoTime()));
  }

  /** In long, since the guest may have chosen the limits at the edge of what there is. */
  private int alarms(int before) {
    long highEnd = (long) highLimit - hysteresis;
    long lowEnd = (long) lowLimit + hysteresis;
    boolean high = temperature > highLimit || ((before & Reg.HIGH) != 0 && temperature >= highEnd);
    boolean low = temperature < lowLimit || ((before & Reg.LOW) != 0 && temperature <= lowEnd);
    return (high ? Reg.HIGH : 0) | (low ? Reg.LOW : 0);
  }

  private void updateLine() {
    boolean connected = sensor.fault() != Fault.NO_IRQ && sensor.fault() != Fault.BUS_ERROR;
    line.set(connected && (intStatus & intEnable) != 0);
  }

  /** Carries out a line from the host. */
  private String obey(String text) {
    String[] words = text.split(" +", -1);
    if (words.length == 2 && words[0].equals("temperature")) {
      return setTemperature(words[1]);
    }
    if (words.length == 2 && words[0].equals("fault")) {
      return setFault(words[1]);
    }
    return "error: use 'temperature N' or 'fault WORD'";
  }

  private String setTemperature(String number) {
    if (number.matches("-?[0-9]{1,7}")) {
      int millidegrees = Integer.parseInt(number);
      if (millidegrees >= Sensor.MIN_MILLIDEGREES && millidegrees <= Sensor.MAX_MILLIDEGREES) {
        sensor.setTemperature(millidegrees);
        return "ok";
      }
    }
    return "error: use a temperature from %d to %d"
        .formatted(Sensor.MIN_MILLIDEGREES, Sensor.MAX_MILLIDEGREES);
  }

  private String setFault(String word) {
    Optional<Fault> fault = Fault.of(word);
    fault.ifPresent(sensor::setFault);
    updateLine();
    return fault.isPresent() ? "ok" : "error: use one of " + String.join(", ", Fault.words());
  }

  @Override
  public void reset() {
    status = 0;
    enabled = false;
    temperature = 0;
    highLimit = 85_000;
    lowLimit = -40_000;
    hysteresis = 1_000;
    intEnable = 0;
    intStatus = 0;
    periodMillis = 100;
    timer.cancel();
    sensor.reset();
    updateLine();
    control.reset();
  }

  @Override
  public void save(StateWriter out) {
    out.put("status", status)
        .put("enabled", enabled)
        .put("temperature", temperature)
        .put("high_limit", highLimit)
        .put("low_limit", lowLimit)
        .put("hysteresis", hysteresis)
        .put("int_enable", intEnable)
        .put("int_status", intStatus)
        .put("period_millis", periodMillis)
        .put("wait_nanos", enabled ? Math.max(0, deadlineNanos - clock.nanoTime()) : 0);
    sensor.save(out);
    control.save(out);
  }

  @Override
  public void restore(StateReader in) {
    int savedStatus = in.intValue("status", 0, Reg.CAUSES);
    boolean savedEnabled = in.booleanValue("enabled");
    int savedTemperature = anyInt(in, "temperature");
    int savedHighLimit = anyInt(in, "high_limit");
    int savedLowLimit = anyInt(in, "low_limit");
    int savedHysteresis = in.intValue("hysteresis", 0, Reg.HYSTERESIS_MASK);
    int savedIntEnable = in.intValue("int_enable", 0, Reg.CAUSES);
    int savedIntStatus = in.intValue("int_status", 0, Reg.CAUSES);
    int savedPeriod = in.intValue("period_millis", Reg.MIN_PERIOD_MILLIS, Reg.MAX_PERIOD_MILLIS);
    long savedWait = in.longValue("wait_nanos", 0, MAX_WAIT_NANOS);
    if (!savedEnabled && (savedStatus | savedWait) != 0) {
      throw new DeviceStateException(
          "Restoring a thermometer failed: it is off, yet converts."
              + " Use a state that this version saved.");
    }
    Runnable restoreSensor = sensor.prepareRestore(in);
    Runnable restoreControl = control.prepareRestore(in);

    // All is there and fits, so that from here on nothing fails.
    status = savedStatus;
    enabled = savedEnabled;
    temperature = savedTemperature;
    highLimit = savedHighLimit;
    lowLimit = savedLowLimit;
    hysteresis = savedHysteresis;
    intEnable = savedIntEnable;
    intStatus = savedIntStatus;
    periodMillis = savedPeriod;
    restoreSensor.run();
    if (enabled) {
      convertUntil(clock.nanoTime() + savedWait);
    } else {
      timer.cancel();
    }
    updateLine();
    restoreControl.run();
  }

  private static int anyInt(StateReader in, String key) {
    return in.intValue(key, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }
}
