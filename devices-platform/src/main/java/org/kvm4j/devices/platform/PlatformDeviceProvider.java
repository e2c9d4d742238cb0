package org.kvm4j.devices.platform;

import java.util.List;
import java.util.function.Function;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;

/** What the providers of this package share: each only names its device. */
abstract class PlatformDeviceProvider implements DeviceProvider {

  private final String type;
  private final String description;
  private final List<DeviceOption<?>> options;
  private final Function<DeviceContext, Device> factory;

  PlatformDeviceProvider(
      String type,
      String description,
      List<DeviceOption<?>> options,
      Function<DeviceContext, Device> factory) {
    this.type = type;
    this.description = description;
    this.options = options;
    this.factory = factory;
  }

  @Override
  public final int apiVersion() {
    return API_VERSION;
  }

  @Override
  public final String type() {
    return type;
  }

  @Override
  public final String description() {
    return description;
  }

  @Override
  public final List<DeviceOption<?>> options() {
    return options;
  }

  @Override
  public final Device create(DeviceContext context) {
    return factory.apply(context);
  }
}
