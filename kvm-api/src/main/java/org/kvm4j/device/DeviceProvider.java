package org.kvm4j.device;

import java.util.List;
import org.kvm4j.resource.FixedResource;

/**
 * Makes devices of one type; found by {@link java.util.ServiceLoader}.
 *
 * <p>An implementation has a public constructor without parameters and without side effects:
 * providers are created to be listed, too. Threading: any thread.
 */
public interface DeviceProvider {

  /** The version of this SPI, raised when a device made for an older one would no longer work. */
  int API_VERSION = 1;

  /**
   * The SPI version that the provider was compiled for: always {@code return API_VERSION;}. It has
   * no default here, because the compiler must copy the constant into the provider's own class.
   */
  int apiVersion();

  /** The name that a user writes: {@code --device TYPE}. Lower case letters, digits and dashes. */
  String type();

  /** What the device is, in one line for a list. */
  String description();

  /** The options that a user may give: {@code --device TYPE,name=value}. In the order of a help. */
  List<DeviceOption<?>> options();

  /**
   * What the device occupies besides the places that its options say: the ports that a chip has in
   * every PC. Whatever {@link #create} registers or asks for is named here or by an option, so that
   * {@code any} never leads there.
   */
  default List<FixedResource> fixedResources() {
    return List.of();
  }

  /**
   * Creates a device and registers its ranges on the context's buses.
   *
   * @param context of this one device; it stays valid until the device is closed
   * @throws DeviceConfigurationException if the options make no sense together
   */
  Device create(DeviceContext context);
}
