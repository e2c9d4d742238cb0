package org.kvm4j.devices.platform;

import java.lang.System.Logger.Level;
import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;
import org.kvm4j.resource.FixedResource;

/**
 * The port through which a guest's kernel tells that it has crashed.
 *
 * <p>It has no state that a guest could see: reads are constant.
 */
final class Pvpanic implements Device, PioHandler {

  private static final int PORT = 0x505;
  static final List<FixedResource> RESOURCES = List.of(FixedResource.ports(PORT, 1));

  /** The kernel has panicked; the host decides what becomes of the machine. */
  private static final int PVPANIC_PANICKED = 1 << 0;

  /** The kernel has panicked, but starts a crash kernel that will take care of it. */
  private static final int PVPANIC_CRASH_LOADED = 1 << 1;

  private static final int SUPPORTED = PVPANIC_PANICKED | PVPANIC_CRASH_LOADED;

  private final VmControl control;
  private final System.Logger log;
  private boolean crashLoadedLogged;

  private Pvpanic(VmControl control, System.Logger log) {
    this.control = control;
    this.log = log;
  }

  static Device create(DeviceContext context) {
    Pvpanic device = new Pvpanic(context.control(), context.log());
    context.pio().register(PORT, 1, device);
    context.firmware().acpiDevice(AcpiDevice.of("PEVT", "QEMU0001", RESOURCES.get(0)));
    return device;
  }

  @Override
  public int read(int offset, int size) {
    return SUPPORTED;
  }

  @Override
  public void write(int offset, int size, int value) {
    if ((value & PVPANIC_PANICKED) != 0) {
      control.request(VmEvent.GUEST_PANIC, "pvpanic event 0x%02x".formatted(value));
    }
    if ((value & PVPANIC_CRASH_LOADED) != 0 && !crashLoadedLogged) {
      // Once, because a guest may write as often as it likes
      crashLoadedLogged = true;
      log.log(Level.WARNING, "The guest's kernel has panicked and starts its crash kernel.");
    }
  }

  @Override
  public int maxAccessBytes() {
    return 1;
  }

  @Override
  public void reset() {
    crashLoadedLogged = false;
  }

  @Override
  public void save(StateWriter out) {}

  @Override
  public void restore(StateReader in) {}
}
