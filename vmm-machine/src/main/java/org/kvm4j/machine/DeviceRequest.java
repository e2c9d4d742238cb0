package org.kvm4j.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kvm4j.device.DeviceConfigurationException;

/**
 * A device that a machine is to have.
 *
 * @param type as its provider names it
 * @param options name to text; what is not here takes its default
 */
public record DeviceRequest(String type, Map<String, String> options) {

  /** Copies the options. */
  public DeviceRequest {
    options = Map.copyOf(options);
  }

  /** A device with the defaults of its options. */
  public static DeviceRequest of(String type) {
    return new DeviceRequest(type, Map.of());
  }

  /**
   * Reads what a user writes: {@code TYPE} or {@code TYPE,name=value,name=value}.
   *
   * @throws DeviceConfigurationException if it is not of that form, or a name comes twice
   */
  public static DeviceRequest parse(String text) {
    List<String> parts = List.of(text.split(",", -1));
    Map<String, String> options = new LinkedHashMap<>();
    for (String part : parts.subList(1, parts.size())) {
      int equals = part.indexOf('=');
      if (equals <= 0) {
        throw new DeviceConfigurationException(
            "Device '%s': '%s' is not name=value. Write TYPE,name=value,name=value."
                .formatted(text, part));
      }
      String name = part.substring(0, equals);
      if (options.put(name, part.substring(equals + 1)) != null) {
        throw new DeviceConfigurationException(
            "Device '%s': option %s is given twice. Remove one.".formatted(text, name));
      }
    }
    if (parts.get(0).isEmpty()) {
      throw new DeviceConfigurationException(
          "Device '%s' has no type. Write TYPE,name=value,name=value.".formatted(text));
    }
    return new DeviceRequest(parts.get(0), options);
  }

  /** The same device with more options, which win over those it has. */
  public DeviceRequest with(Map<String, String> more) {
    Map<String, String> merged = new LinkedHashMap<>(options);
    merged.putAll(more);
    return new DeviceRequest(type, merged);
  }

  /**
   * The devices of a standard PC changed by what a user asked for: the first request of a type that
   * the PC has sets options of that device; every other one adds a device.
   */
  public static List<DeviceRequest> merge(
      List<DeviceRequest> standard, List<DeviceRequest> requests) {
    List<DeviceRequest> result = new ArrayList<>(standard);
    List<String> changeable = new ArrayList<>(standard.stream().map(DeviceRequest::type).toList());
    for (DeviceRequest request : requests) {
      int position = changeable.indexOf(request.type());
      if (position >= 0) {
        changeable.set(position, "");
        result.set(position, result.get(position).with(request.options()));
      } else {
        result.add(request);
      }
    }
    return List.copyOf(result);
  }
}
