package org.kvm4j.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** What a user wrote, against what a device offers. */
final class DeviceOptionsTest {

  private static final DeviceOption<Integer> IRQ =
      DeviceOption.number("irq", 0, 23, 4, "interrupt");
  private static final DeviceOption<String> STREAM =
      DeviceOption.text("stream", "SPEC", "stdio", "where the bytes go");
  private static final List<DeviceOption<?>> OFFERED = List.of(IRQ, STREAM);

  @Test
  void whatTheUserSays_replacesTheDefault() {
    DeviceOptions options = DeviceOptions.parse("serial", OFFERED, Map.of("irq", "3"));

    assertEquals(3, options.value(IRQ));
    assertEquals("stdio", options.value(STREAM));
  }

  @Test
  void defaults_areWhatTheProviderSays() {
    assertEquals(4, DeviceOptions.defaults(OFFERED).value(IRQ));
  }

  @Test
  void anUnknownName_isRefused_withTheNearestAndAll() {
    assertEquals(
        "Device serial has no option 'irk'. Did you mean 'irq'? Options: irq, stream.",
        refusal(OFFERED, Map.of("irk", "3")));
  }

  @Test
  void anUnknownNameLikeNoOther_isRefused_withAll() {
    assertEquals(
        "Device serial has no option 'baudrate'. Options: irq, stream.",
        refusal(OFFERED, Map.of("baudrate", "9600")));
  }

  @Test
  void anyNameOfADeviceWithoutOptions_isRefused() {
    assertEquals(
        "Device serial has no options, so remove 'irq'.", refusal(List.of(), Map.of("irq", "3")));
  }

  @Test
  void aBadValue_isRefused_withWhatIsAllowed() {
    assertEquals(
        "Device serial: option irq=24 is not valid: use a number in 0..23.",
        refusal(OFFERED, Map.of("irq", "24")));
  }

  @Test
  void aBadValue_keepsItsCause() {
    DeviceConfigurationException refusal =
        assertThrows(
            DeviceConfigurationException.class,
            () -> DeviceOptions.parse("serial", OFFERED, Map.of("irq", "x")));

    assertInstanceOf(IllegalArgumentException.class, refusal.getCause());
  }

  @Test
  void aParserThatFailsOtherwise_isABugOfTheDevice_andNoOtherException() {
    DeviceOption<Integer> option =
        new DeviceOption<>("size", "TEXT", "ab", "", text -> (int) text.charAt(1));

    String refusal = refusal(List.of(option), Map.of("size", "x"));

    String start =
        "Device serial: option size=x cannot be read: java.lang.StringIndexOutOfBoundsException: ";
    String end = ". This is a bug in the device; use another value, or report it to its author.";
    assertTrue(refusal.startsWith(start) && refusal.endsWith(end), refusal);
  }

  @Test
  void aParserThatOverflowsTheStack_isABugOfTheDevice() {
    DeviceOption<Integer> option =
        new DeviceOption<>("depth", "TEXT", "0", "", DeviceOptionsTest::recurseUnless0);

    assertTrue(
        refusal(List.of(option), Map.of("depth", "1"))
            .startsWith("Device serial: option depth=1 cannot be read: java.lang.StackOverflow"));
  }

  @Test
  void aParserThatGivesNull_isABugOfTheDevice() {
    DeviceOption<String> option =
        new DeviceOption<>("word", "TEXT", "a", "", text -> text.equals("a") ? text : null);

    assertEquals(
        "Device serial: option word=b gives no value. This is a bug in the device; use another"
            + " value, or report it to its author.",
        refusal(List.of(option), Map.of("word", "b")));
  }

  private static int recurseUnless0(String text) {
    return text.equals("0") ? 0 : 1 + recurseUnless0(text);
  }

  @Test
  void anOptionThatTheProviderDoesNotList_isABugOfTheDevice() {
    DeviceOptions options = DeviceOptions.defaults(List.of(STREAM));

    assertEquals(
        "the provider's options() lacks 'irq'",
        assertThrows(NoSuchElementException.class, () -> options.value(IRQ)).getMessage());
  }

  private static String refusal(List<DeviceOption<?>> offered, Map<String, String> given) {
    return assertThrows(
            DeviceConfigurationException.class, () -> DeviceOptions.parse("serial", offered, given))
        .getMessage();
  }
}
