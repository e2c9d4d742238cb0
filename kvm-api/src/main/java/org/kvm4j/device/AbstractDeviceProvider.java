package org.kvm4j.device;

import java.util.List;
import java.util.function.Function;
import org.kvm4j.resource.FixedResource;

/**
 * A provider that only names its device: what most of them are.
 *
 * <p>Immutable; any thread.
 */
public abstract class AbstractDeviceProvider implements DeviceProvider {

  private final int apiVersion;
  private final String type;
  private final String description;
  private final List<DeviceOption<?>> options;
  private final List<FixedResource> fixedResources;
  private final Function<? super DeviceContext, ? extends Device> factory;

  /** As below, for a device whose places are all said by its options. */
  protected AbstractDeviceProvider(
      int apiVersion,
      String type,
      String description,
      List<DeviceOption<?>> options,
      Function<? super DeviceContext, ? extends Device> factory) {
    this(apiVersion, type, description, options, List.of(), factory);
  }

  /**
   * With what {@link DeviceProvider} asks for.
   *
   * @param apiVersion always the constant {@link DeviceProvider#API_VERSION}, which the compiler
   *     copies into the subclass
   * @param factory the constructor of the device: {@code Rtc::new}
   */
  protected AbstractDeviceProvider(
      int apiVersion,
      String type,
      String description,
      List<DeviceOption<?>> options,
      List<FixedResource> fixedResources,
      Function<? super DeviceContext, ? extends Device> factory) {
    this.apiVersion = apiVersion;
    this.type = type;
    this.description = description;
    this.options = List.copyOf(options);
    this.fixedResources = List.copyOf(fixedResources);
    this.factory = factory;
  }

  @Override
  public final int apiVersion() {
    return apiVersion;
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
  public final List<FixedResource> fixedResources() {
    return fixedResources;
  }

  @Override
  public final Device create(DeviceContext context) {
    return factory.apply(context);
  }
}
