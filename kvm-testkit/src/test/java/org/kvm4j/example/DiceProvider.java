package org.kvm4j.example;

import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** A die on a port: each read is a roll, the same rolls in every run. */
public final class DiceProvider extends AbstractDeviceProvider {

  static final DeviceOption<Integer> BASE = DeviceOption.ports("base", 1, "0x510", "its port");

  /** For ServiceLoader. */
  public DiceProvider() {
    super(API_VERSION, "dice", "a die on a port", List.of(BASE), Dice::new);
  }
}

final class Dice implements Device, PioHandler {
  private int seed = 1;

  Dice(DeviceContext context) {
    context.pio().register(context.options().value(DiceProvider.BASE), 1, this);
  }

  @Override
  public int read(int offset, int size) {
    seed = seed * 75 % 65537; // stays 1 to 65536
    return seed * 6 / 65537 + 1;
  }

  @Override
  public void write(int offset, int size, int value) {} // a die cannot be written

  @Override
  public void reset() {
    seed = 1;
  }

  @Override
  public void save(StateWriter out) {
    out.put("seed", seed);
  }

  @Override
  public void restore(StateReader in) {
    seed = in.intValue("seed", 1, 65536); // a saved state is not to be trusted
  }
}
