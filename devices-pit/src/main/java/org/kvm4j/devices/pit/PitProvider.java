package org.kvm4j.devices.pit;

import java.util.List;
import org.kvm4j.bus.PioBus;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceOptions;

/** Provides {@code pit}: the 8254 interval timer and port 0x61. */
public final class PitProvider extends AbstractDeviceProvider {

  private static final DeviceOption<Integer> BASE =
      DeviceOption.address(
          "base", 0, PioBus.PORT_COUNT - Pit.COUNTER_PORTS, 0x40, "first of the 8254's four ports");
  private static final DeviceOption<Integer> IRQ =
      DeviceOption.number("irq", 0, 23, 0, "GSI that counter 0 drives");
  private static final DeviceOption<Integer> SPEAKER_PORT =
      DeviceOption.address(
          "speaker-port", 0, PioBus.PORT_COUNT - 1, 0x61, "port of counter 2's gate and output");

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
    int base = options.value(BASE);
    int speakerPort = options.value(SPEAKER_PORT);
    if (speakerPort >= base && speakerPort < base + Pit.COUNTER_PORTS) {
      throw new DeviceConfigurationException(
          "Device %s: speaker-port=0x%x is one of the ports 0x%x to 0x%x of the 8254. Move one."
              .formatted(context.id(), speakerPort, base, base + Pit.COUNTER_PORTS - 1));
    }
    return new Pit(context, base, options.value(IRQ), speakerPort);
  }
}
