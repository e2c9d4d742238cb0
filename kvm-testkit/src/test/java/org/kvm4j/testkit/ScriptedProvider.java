package org.kvm4j.testkit;

import java.util.List;
import java.util.function.Consumer;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** Makes a device that is nothing but what a test does with its context. */
record ScriptedProvider(Consumer<DeviceContext> script) implements DeviceProvider {

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public String type() {
    return "scripted";
  }

  @Override
  public String description() {
    return "What a test makes of it";
  }

  @Override
  public List<DeviceOption<?>> options() {
    return List.of();
  }

  @Override
  public Device create(DeviceContext context) {
    script.accept(context);
    return new Device() {
      @Override
      public void reset() {}

      @Override
      public void save(StateWriter out) {}

      @Override
      public void restore(StateReader in) {}
    };
  }
}
