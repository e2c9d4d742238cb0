package org.kvm4j.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kinds of options, as a user writes their values. */
final class DeviceOptionTest {

  private static final DeviceOption<Integer> IRQ =
      DeviceOption.number("irq", 0, 23, 4, "interrupt");
  private static final DeviceOption<Integer> BASE =
      DeviceOption.address("base", 0, 0xffff, 0x3f8, "first port");

  @ParameterizedTest
  @CsvSource({"0, 0", "23, 23", "0x17, 23", "0X0, 0", "010, 10", "08, 8"})
  void numbers_areDecimalOrHexadecimal(String text, int value) {
    assertEquals(value, IRQ.parser().apply(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "24",
        "-1",
        "",
        " 4",
        "four",
        "4.0",
        "0x",
        "99999999999999999999",
        "4294967296",
        "1e1",
      })
  void numbersOutOfRangeOrNoNumbers_areRefused_withTheRange(String text) {
    assertEquals(
        "use a number in 0..23",
        assertThrows(IllegalArgumentException.class, () -> IRQ.parser().apply(text)).getMessage());
  }

  @Test
  void aDefaultOfNull_isRefused_thoughTheParserTakesIt() {
    assertEquals(
        "defaultText",
        assertThrows(
                NullPointerException.class,
                () -> new DeviceOption<>("word", "TEXT", null, "", String::valueOf))
            .getMessage());
  }

  @Test
  void addresses_areShownInHexadecimal() {
    assertEquals("0x3f8", BASE.defaultText());
    assertEquals("0x0..0xffff", BASE.kind());
    assertEquals(0x3f8, BASE.parser().apply(BASE.defaultText()));
    assertEquals(
        "use a number in 0x0..0xffff",
        assertThrows(IllegalArgumentException.class, () -> BASE.parser().apply("0x10000"))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource({"on, true", "off, false"})
  void toggles_areOnOrOff(String text, boolean value) {
    assertEquals(value, DeviceOption.toggle("x", true, "help").parser().apply(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"true", "ON", "1", ""})
  void othersTogglesAreRefused_withTheWords(String text) {
    assertEquals(
        "use one of on, off",
        assertThrows(
                IllegalArgumentException.class,
                () -> DeviceOption.toggle("x", false, "help").parser().apply(text))
            .getMessage());
  }

  @Test
  void choices_keepTheirWords() {
    DeviceOption<String> option =
        DeviceOption.choice("clock", List.of("utc", "local"), "utc", "help");

    assertEquals("utc|local", option.kind());
    assertEquals("local", option.parser().apply("local"));
    assertThrows(IllegalArgumentException.class, () -> option.parser().apply("gmt"));
  }

  @Test
  void mappedOptions_convertWhatTheOriginalParsed_andKeepItsChecks() {
    DeviceOption<String> doubled = IRQ.map(value -> "irq" + 2 * value);

    assertEquals("irq10", doubled.parser().apply("5"));
    assertEquals("4", doubled.defaultText());
    assertThrows(IllegalArgumentException.class, () -> doubled.parser().apply("24"));
  }

  @Test
  void aDefaultThatIsNotAllowed_isRefusedAtOnce() {
    assertThrows(
        IllegalArgumentException.class, () -> DeviceOption.number("irq", 0, 23, 24, "help"));
    assertThrows(
        IllegalArgumentException.class,
        () -> DeviceOption.choice("clock", List.of("utc"), "gmt", "help"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Irq", "2nd", "a_b", "-a", "a b"})
  void namesThatAUserCouldNotWrite_areRefused(String name) {
    assertThrows(IllegalArgumentException.class, () -> DeviceOption.text(name, "x", "", "help"));
  }
}
