package org.kvm4j.core.testkit;

import org.kvm4j.GuestMemory;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/** A device with a little of all that a guest can meet: registers, an alarm, a timer, DMA. */
final class Thermometer implements Device, MmioHandler {

  static final int TEMPERATURE = 0x00;
  static final int LIMIT = 0x04;
  static final int STATUS = 0x08;
  static final int PERIOD_MICROS = 0x0c;
  static final int LOG_ADDRESS = 0x10;
  static final int BROKEN = 0x18;
  static final int STUCK = 0x1c;
  static final int SIZE_BYTES = 0x20;

  static final int DEGREES = 25;

  private final VmClock clock;
  private final VmTimer timer;
  private final InterruptLine line;
  private final GuestMemory memory;
  private long periodNanos;
  private boolean alarm;

  Thermometer(DeviceContext context) {
    clock = context.clock();
    timer = context.timer(this::sample);
    memory = context.memory();
    line = context.interruptLine(context.options().value(ThermometerProvider.IRQ));
    context.mmio().register(context.options().value(ThermometerProvider.BASE), SIZE_BYTES, this);
  }

  @Override
  public long read(long offset, int size) {
    return switch ((int) offset) {
      case TEMPERATURE -> DEGREES;
      case STATUS -> alarm ? 1 : 0;
      default -> 0;
    };
  }

  @Override
  public void write(long offset, int size, long value) {
    switch ((int) offset) {
      case LIMIT -> setAlarm(DEGREES > value);
      case STATUS -> setAlarm(false);
      case PERIOD_MICROS -> {
        periodNanos = value * 1000;
        timer.arm(clock.nanoTime() + periodNanos);
      }
      case LOG_ADDRESS -> memory.writeLong(value, ~memory.readLong(value));
      case BROKEN -> throw new ArithmeticException("a bug");
      case STUCK -> waitForEver();
      default -> {}
    }
  }

  @Override
  public void reset() {
    timer.cancel();
    setAlarm(false);
  }

  @Override
  public void save(StateWriter out) {}

  @Override
  public void restore(StateReader in) {}

  private void sample() {
    setAlarm(false);
    setAlarm(true);
    timer.arm(clock.nanoTime() + periodNanos);
  }

  private void setAlarm(boolean newAlarm) {
    alarm = newAlarm;
    line.set(alarm);
  }

  private static void waitForEver() {
    try {
      Thread.sleep(Long.MAX_VALUE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
