package org.kvm4j.core.device;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kvm4j.KvmException;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceException;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.DeviceProvider;

/**
 * The devices of one VM: created one by one, connected all at once.
 *
 * <p>Threading: set-up and close from one thread.
 */
public final class DeviceSet implements AutoCloseable {

  private final Platform platform;
  private final LineMixer lines;
  private final Map<String, ConnectedDevice> devices = new LinkedHashMap<>();

  /** No devices yet. */
  public DeviceSet(Platform platform) {
    this.platform = platform;
    this.lines = new LineMixer(platform.lines());
  }

  /**
   * Creates a device; its ranges are not on the buses before {@link #connect}.
   *
   * @param given the user's options, name to text
   * @return its id: the type, with a number from the second one on
   * @throws org.kvm4j.device.DeviceException if the options are wrong or the provider fails
   */
  public String add(DeviceProvider provider, Map<String, String> given) {
    String id = freeId(provider.type());
    DeviceOptions options = DeviceOptions.parse(id, provider.options(), given);
    ConnectedDevice connected = new ConnectedDevice(id, options, platform, lines);
    devices.put(id, connected);
    try {
      connected.create(provider);
    } catch (KvmException e) {
      throw e; // says already what to do
    } catch (RuntimeException e) {
      throw new DeviceException(
          "Device %s cannot be created: %s. This is a bug in the device; report it to its author."
              .formatted(id, e),
          e);
    }
    return id;
  }

  /**
   * Puts the ranges of all devices onto the buses.
   *
   * @throws DeviceConflictException naming every conflict, and every range that no bus can have, at
   *     once
   */
  public void connect() {
    List<String> conflicts = new ArrayList<>();
    for (ConnectedDevice device : devices.values()) {
      for (ConnectedDevice.Claim claim : device.claims()) {
        try {
          claim.connect(platform.pio(), platform.mmio());
        } catch (DeviceConflictException | IllegalArgumentException e) {
          conflicts.add(e.getMessage());
        }
      }
    }
    if (!conflicts.isEmpty()) {
      throw new DeviceConflictException(String.join(System.lineSeparator(), conflicts));
    }
  }

  /** Resets every device, as the reset line of a PC does. */
  public void reset() {
    devices.values().forEach(ConnectedDevice::reset);
  }

  /** The ids of the devices, in the order in which they were added. */
  public List<String> ids() {
    return List.copyOf(devices.keySet());
  }

  /** Closes the devices in reverse order; idempotent. */
  @Override
  public void close() {
    List<ConnectedDevice> reverse = new ArrayList<>(devices.values());
    Collections.reverse(reverse);
    reverse.forEach(ConnectedDevice::close);
  }

  private String freeId(String type) {
    String id = type;
    for (int number = 2; devices.containsKey(id); number++) {
      id = type + "-" + number;
    }
    return id;
  }
}
