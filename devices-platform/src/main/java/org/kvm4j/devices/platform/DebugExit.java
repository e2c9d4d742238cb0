package org.kvm4j.devices.platform;

import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmControl;

/**
 * A port by which a guest ends its machine with a result: a test kernel says whether it passed.
 *
 * <p>It has no state: reads are constant.
 */
final class DebugExit implements Device, PioHandler {

  /** Four, so that a write of any width is one access; no further, for pvpanic is at 0x505. */
  private static final int PORTS = 4;

  static final DeviceOption<Integer> BASE =
      DeviceOption.ports("base", PORTS, "0x501", "first of 4 ports; many test kernels use 0xf4");

  private final VmControl control;

  private DebugExit(VmControl control) {
    this.control = control;
  }

  static Device create(DeviceContext context) {
    DebugExit device = new DebugExit(context.control());
    context.pio().register(context.options().value(BASE), PORTS, device);
    return device;
  }

  @Override
  public int read(int offset, int size) {
    return 0;
  }

  /** The lowest bit is set so that no status is 0, which would look like power-off. */
  @Override
  public void write(int offset, int size, int value) {
    int status = (value << 1 | 1) & 0xff; // what the host keeps of a process's exit status
    control.exit(status, "debug-exit 0x%02x, status %d".formatted(value, status));
  }

  @Override
  public void reset() {}

  @Override
  public void save(StateWriter out) {}

  @Override
  public void restore(StateReader in) {}
}
