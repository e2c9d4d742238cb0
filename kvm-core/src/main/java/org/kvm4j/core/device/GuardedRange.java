package org.kvm4j.core.device;

import org.kvm4j.core.bus.Target;

/** One range of a device as the buses see it: every access goes through the device's guard. */
final class GuardedRange implements Target {

  private final DeviceGuard guard;
  private final Target target;
  private final String readOf;
  private final String writeTo;
  private final long base;
  private final int width;

  /**
   * Around the device's own handler.
   *
   * @param unit what an address is called: {@code port}
   */
  GuardedRange(DeviceGuard guard, Target target, String unit, long base) {
    this.guard = guard;
    this.target = target;
    this.readOf = "a read of " + unit;
    this.writeTo = "a write to " + unit;
    this.base = base;
    this.width = target.maxAccessBytes();
  }

  @Override
  public long read(long offset, int size) {
    return guard.read(target, readOf, base + offset, offset, size);
  }

  @Override
  public void write(long offset, int size, long value) {
    guard.write(target, writeTo, base + offset, offset, size, value);
  }

  @Override
  public int maxAccessBytes() {
    return width;
  }
}
