package org.kvm4j.core.device;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** A provider of whatever a test needs. */
record TestProvider(
    String type,
    int apiVersion,
    List<DeviceOption<?>> options,
    Function<DeviceContext, Device> maker)
    implements DeviceProvider {

  /** What a test's handler does. */
  @FunctionalInterface
  interface Access {
    int serve();
  }

  /** A device that only wires itself up. */
  static TestProvider of(String type, Consumer<DeviceContext> wiring) {
    return making(
        type,
        context -> {
          wiring.accept(context);
          return new Quiet();
        });
  }

  static TestProvider making(String type, Function<DeviceContext, Device> maker) {
    return new TestProvider(type, API_VERSION, List.of(), maker);
  }

  /** A device that claims ports and answers them with a constant. */
  static TestProvider withPorts(String type, int base, int length, int answer) {
    return of(type, context -> context.pio().register(base, length, answering(answer)));
  }

  static PioHandler answering(int answer) {
    return reading(() -> answer);
  }

  /** A handler whose reads and writes do something. */
  static PioHandler reading(Access action) {
    return new PioHandler() {
      @Override
      public int read(int offset, int size) {
        return action.serve();
      }

      @Override
      public void write(int offset, int size, int value) {
        action.serve();
      }
    };
  }

  @Override
  public String description() {
    return "a test's device";
  }

  @Override
  public Device create(DeviceContext context) {
    return maker.apply(context);
  }

  /** A device without state. */
  static class Quiet implements Device {
    @Override
    public void reset() {}

    @Override
    public void save(StateWriter out) {}

    @Override
    public void restore(StateReader in) {}
  }
}
