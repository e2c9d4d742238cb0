package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.device.DeviceConfigurationException;

final class DeviceRequestTest {

  private static final List<DeviceRequest> PC =
      List.of(DeviceRequest.of("serial"), DeviceRequest.of("pit"));

  @Test
  void parse_typeAlone_takesAllDefaults() {
    assertEquals(new DeviceRequest("serial", Map.of()), DeviceRequest.parse("serial"));
  }

  @Test
  void parse_options_areNameAndText() {
    assertEquals(
        new DeviceRequest("serial", Map.of("base", "0x2f8", "irq", "3")),
        DeviceRequest.parse("serial,base=0x2f8,irq=3"));
  }

  @Test
  void parse_valueMayBeEmptyOrHaveEqualsSigns() {
    assertEquals(
        new DeviceRequest("serial", Map.of("backend", "file:a=b", "x", "")),
        DeviceRequest.parse("serial,backend=file:a=b,x="));
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "``            | Device '' has no type. Write TYPE,name=value,name=value.",
        ",irq=3        | Device ',irq=3' has no type. Write TYPE,name=value,name=value.",
        "serial,       | Device 'serial,': '' is not name=value. Write TYPE,name=value,name=value.",
        "serial,irq    | Device 'serial,irq': 'irq' is not name=value."
            + " Write TYPE,name=value,name=value.",
        "serial,=3     | Device 'serial,=3': '=3' is not name=value."
            + " Write TYPE,name=value,name=value.",
        "serial,a=1,,b=2 | Device 'serial,a=1,,b=2': '' is not name=value."
            + " Write TYPE,name=value,name=value.",
        "serial,a=1,a=2 | Device 'serial,a=1,a=2': option a is given twice. Remove one.",
      })
  void parse_otherTexts_areRefusedWithWhatToWrite(String text, String message) {
    DeviceConfigurationException e =
        assertThrows(DeviceConfigurationException.class, () -> DeviceRequest.parse(text));
    assertEquals(message, e.getMessage());
  }

  @Test
  void options_areCopied() {
    Map<String, String> options = new HashMap<>(Map.of("irq", "3"));
    DeviceRequest request = new DeviceRequest("serial", options);

    options.put("irq", "4");

    assertEquals("3", request.options().get("irq"));
  }

  @Test
  void with_newValueWins_othersStay() {
    DeviceRequest request = DeviceRequest.parse("serial,base=0x2f8,irq=3");

    assertEquals(
        DeviceRequest.parse("serial,base=0x2f8,irq=5,backend=null"),
        request.with(Map.of("irq", "5", "backend", "null")));
  }

  @Test
  void merge_firstOfAStandardType_setsOptionsOfThatDevice() {
    assertEquals(
        List.of(DeviceRequest.parse("serial,backend=null"), DeviceRequest.of("pit")),
        DeviceRequest.merge(PC, List.of(DeviceRequest.parse("serial,backend=null"))));
  }

  @Test
  void merge_secondOfAStandardType_isOneMoreDevice() {
    DeviceRequest first = DeviceRequest.parse("serial,backend=null");
    DeviceRequest second = DeviceRequest.parse("serial,base=0x2f8,irq=3");

    assertEquals(
        List.of(first, DeviceRequest.of("pit"), second),
        DeviceRequest.merge(PC, List.of(first, second)));
  }

  @Test
  void merge_otherTypes_areAddedInOrder_evenTwice() {
    DeviceRequest other = DeviceRequest.of("other");

    assertEquals(
        List.of(PC.get(0), PC.get(1), other, other),
        DeviceRequest.merge(PC, List.of(other, other)));
  }

  @Test
  void merge_typeThatWasLeftOut_isAdded() {
    DeviceRequest pit = DeviceRequest.parse("pit,irq=2");

    assertEquals(List.of(PC.get(0), pit), DeviceRequest.merge(List.of(PC.get(0)), List.of(pit)));
  }

  @Test
  void merge_noRequests_isTheStandardPc() {
    assertEquals(PC, DeviceRequest.merge(PC, List.of()));
  }
}
