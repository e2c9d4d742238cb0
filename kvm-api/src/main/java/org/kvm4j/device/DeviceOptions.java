package org.kvm4j.device;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * The values of a device's options: what the user said, checked, and the defaults.
 *
 * <p>Immutable; any thread.
 */
public final class DeviceOptions {

  private final Map<DeviceOption<?>, Object> values;

  private DeviceOptions(Map<DeviceOption<?>, Object> values) {
    this.values = values;
  }

  /**
   * Checks texts against the options that a device offers.
   *
   * @param deviceId for the messages
   * @param offered by the device's provider
   * @param given by the user: option name to text
   * @throws DeviceConfigurationException on the first unknown name or bad value, with what is
   *     allowed
   */
  public static DeviceOptions parse(
      String deviceId, List<DeviceOption<?>> offered, Map<String, String> given) {
    List<String> names = offered.stream().map(DeviceOption::name).toList();
    for (String name : given.keySet()) {
      if (!names.contains(name)) {
        throw new DeviceConfigurationException(unknown(deviceId, name, names));
      }
    }
    Map<DeviceOption<?>, Object> values = new LinkedHashMap<>();
    for (DeviceOption<?> option : offered) {
      String text = given.getOrDefault(option.name(), option.defaultText());
      values.put(option, parse(deviceId, option, text));
    }
    return new DeviceOptions(values);
  }

  /** The defaults of all options offered. */
  public static DeviceOptions defaults(List<DeviceOption<?>> offered) {
    return parse("defaults", offered, Map.of());
  }

  /**
   * The value of one option.
   *
   * @throws NoSuchElementException if the provider does not list the option
   */
  @SuppressWarnings("unchecked") // parse() put what the option's own parser returned
  public <T> T value(DeviceOption<T> option) {
    Object value = values.get(option);
    if (value == null) {
      throw new NoSuchElementException("the provider's options() lacks '" + option.name() + "'");
    }
    return (T) value;
  }

  private static Object parse(String deviceId, DeviceOption<?> option, String text) {
    Object value;
    try {
      value = option.parser().apply(text);
    } catch (IllegalArgumentException e) {
      throw new DeviceConfigurationException(
          "Device %s: option %s=%s is not valid: %s."
              .formatted(deviceId, option.name(), text, e.getMessage()),
          e);
    } catch (RuntimeException | StackOverflowError e) { // a parser is the device's own code
      throw new DeviceConfigurationException(
          "Device %s: option %s=%s cannot be read: %s. This is a bug in the device; use another"
                  .formatted(deviceId, option.name(), text, e)
              + " value, or report it to its author.",
          e);
    }
    if (value == null) {
      throw new DeviceConfigurationException(
          "Device %s: option %s=%s gives no value. This is a bug in the device; use another value,"
                  .formatted(deviceId, option.name(), text)
              + " or report it to its author.");
    }
    return value;
  }

  private static String unknown(String deviceId, String name, List<String> names) {
    if (names.isEmpty()) {
      return "Device %s has no options, so remove '%s'.".formatted(deviceId, name);
    }
    return "Device %s has no option '%s'. %sOptions: %s."
        .formatted(deviceId, name, NearestName.hint(name, names), String.join(", ", names));
  }
}
