package org.kvm4j.example;

import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/** Interrupts the guest in the period that it writes to a register, until it writes a port. */
final class Metronome implements Device, MmioHandler {

  static final long REGISTER = 0xd000_0000L;
  static final int ACKNOWLEDGE_PORT = 0x520;
  static final int IRQ = 5;

  private final VmClock clock;
  private final VmTimer timer;
  private final InterruptLine line;
  private long periodNanos; // 0 while it stands

  Metronome(DeviceContext context) {
    clock = context.clock();
    timer = context.timer(this::tick);
    line = context.interruptLine(IRQ);
    context.mmio().register(REGISTER, 4, this);
    context.pio().register(ACKNOWLEDGE_PORT, 1, new Acknowledge());
  }

  @Override
  public long read(long offset, int size) {
    return periodNanos;
  }

  @Override
  public void write(long offset, int size, long value) {
    periodNanos = value;
    if (periodNanos == 0) {
      timer.cancel();
    } else {
      timer.arm(clock.nanoTime() + periodNanos);
    }
  }

  @Override
  public void reset() {
    periodNanos = 0;
    timer.cancel();
    line.set(false);
  }

  @Override
  public void save(StateWriter out) {
    out.put("periodNanos", periodNanos);
  }

  @Override
  public void restore(StateReader in) {
    write(0, 4, in.longValue("periodNanos", 0, 0xffff_ffffL));
  }

  private void tick() {
    line.set(true);
    timer.arm(clock.nanoTime() + periodNanos);
  }

  private final class Acknowledge implements PioHandler {

    @Override
    public int read(int offset, int size) {
      return 0;
    }

    @Override
    public void write(int offset, int size, int value) {
      line.set(false);
    }
  }
}
