package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected bytes are from the ACPI specification's grammar, chapter 20, and section 6.4. */
class AmlTest {

  private static void assertBytes(String hex, byte[] term) {
    assertEquals(hex, HexFormat.ofDelimiter(" ").formatHex(term));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "1, 01",
    "2, 0a 02",
    "255, 0a ff",
    "256, 0b 00 01",
    "65535, 0b ff ff",
    "65536, 0c 00 00 01 00"
  })
  void integer_takesItsShortestForm(int value, String hex) {
    assertBytes(hex, Aml.integer(value));
  }

  @Test
  void eisaId_isCompressed() {
    assertBytes("0c 41 d0 05 01", Aml.hardwareId("PNP0501"));
    assertBytes("0c 41 d0 0b 00", Aml.hardwareId("PNP0B00"));
  }

  @Test
  void otherId_isAString() {
    assertBytes("0d 51 45 4d 55 30 30 30 31 00", Aml.hardwareId("QEMU0001"));
  }

  @Test
  void nameFromTheRoot_hasABackslashAndFourCharacters() {
    assertBytes("08 5c 5f 53 35 5f 01", Aml.name("\\_S5", Aml.integer(1)));
  }

  @Test
  void packageCountsItsElements() {
    assertBytes("12 05 02 0a 05 00", Aml.packageOf(List.of(Aml.integer(5), Aml.integer(0))));
  }

  @Test
  void resources_endInATag() {
    byte[] template = Aml.resourceTemplate(List.of(Aml.io(new PortRange(0x3f8, 8)), Aml.irq(4)));

    assertBytes("11 10 0a 0d 47 01 f8 03 f8 03 01 08 22 10 00 79 00", template);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 05",
    "58, 3f",
    "59, 41 04",
    "4089, 4f ff",
    "4090, 81 00 01",
    "1048568, 8f ff ff",
    "1048569, c1 00 00 01"
  })
  void pkgLength_growsWithItsBodyAndCountsItself(int bytes, String expected) {
    byte[] scope = Aml.scope("ABCD", List.of(new byte[bytes]));

    String start = HexFormat.ofDelimiter(" ").formatHex(scope, 1, 1 + (expected.length() + 1) / 3);

    assertEquals(expected, start);
    assertEquals(1 + (expected.length() + 1) / 3 + 4 + bytes, scope.length);
  }
}
