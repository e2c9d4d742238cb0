package org.kvm4j.resource;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.DeviceProvider;

/**
 * One device that is to be given its places.
 *
 * <p>Immutable.
 *
 * @param id of the device, unique
 * @param origin where its code comes from, for messages: a jar, or {@code built in}
 * @param provider what the device wants
 * @param given by the user: option name to text
 */
public record ResourceRequest(
    String id, String origin, DeviceProvider provider, Map<String, String> given) {

  /**
   * Checks names and values.
   *
   * @throws org.kvm4j.device.DeviceConfigurationException on the first unknown name or bad value
   */
  public ResourceRequest {
    given = Map.copyOf(given);
    DeviceOptions.parse(id, provider.options(), withoutAny(provider.options(), given));
  }

  /** As a conflict names it. */
  String label() {
    return "device %s (%s)".formatted(id, origin);
  }

  String text(DeviceOption<?> option) {
    return given.getOrDefault(option.name(), option.defaultText());
  }

  boolean wantsAny(DeviceOption<?> option) {
    return option.resource().isPresent() && text(option).equals(DeviceOption.ANY);
  }

  /** Where the user, or the default, puts a resource. */
  FixedResource place(DeviceOption<?> option, Resource resource) {
    Object value = option.parser().apply(text(option));
    if (!(value instanceof Number number)) {
      throw new DeviceConfigurationException(
          "Device %s: option %s is a place, but its parser gives no number. Ask its author for a"
                  .formatted(id, option.name())
              + " fixed one.");
    }
    try {
      return new FixedResource(resource, number.longValue());
    } catch (IllegalArgumentException e) {
      throw new DeviceConfigurationException(
          "Device %s: option %s=%s is not valid: %s."
              .formatted(id, option.name(), text(option), e.getMessage()),
          e);
    }
  }

  /** What can be checked before the plan is made: "any" stands for some number that is right. */
  private static Map<String, String> withoutAny(
      List<DeviceOption<?>> options, Map<String, String> given) {
    Map<String, String> result = new LinkedHashMap<>(given);
    for (DeviceOption<?> option : options) {
      String text = given.getOrDefault(option.name(), option.defaultText());
      if (option.resource().isPresent() && text.equals(DeviceOption.ANY)) {
        result.put(option.name(), "0");
      }
    }
    return result;
  }
}
