package org.kvm4j.devices.pit;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceOptions;

/** Provides {@code pit}: the 8254 interval timer and port 0x61. */
public final class PitProvider extends AbstractDeviceProvider {

  private static final DeviceOption<Integer> BASE =
      DeviceOption.ports("base", Pit.COUNTER_PORTS, "0x40", "first of the 8254's four ports");
  private static final DeviceOption<Integer> IRQ =
      DeviceOption.interrupt("irq", "0", "GSI that counter 0 drives");
  private static final DeviceOption<Integer> SPEAKER_PORT =
      DeviceOption.ports("speaker-port", 1, "0x61", "port of counter 2's gate and output");

  /** For {@link java.util.ServiceLoader}. */
  public PitProvider() {
    super(
        API_VERSION,
        "pit",
        "8254 interval timer with system control port B",
        List.of(BASE, IRQ, SPEAKER_PORT),
        PitProvider::newPit);
  }

  private static Device newPit(DeviceContext context) {
    DeviceOptions options = context.options();
    return new Pit(context, options.value(BASE), options.value(IRQ), options.value(SPEAKER_PORT));
  }
}
