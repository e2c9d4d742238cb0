package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

final class MemorySizeTest {

  @ParameterizedTest
  @CsvSource({
    "524288K, 536870912",
    "512M, 536870912",
    "2G, 2147483648",
    "1k, 1024",
    "1m, 1048576",
    "3g, 3221225472",
    "8796093022207M, 9223372036853727232",
  })
  void numberWithUnit_isThatManyBytes(String text, long bytes) {
    assertEquals(bytes, MemorySize.parse(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "512",
        "M",
        "0M",
        "-1M",
        "1.5G",
        "1 G",
        "1T",
        "0x10M",
        "1MB",
        "8796093022208M",
        "99999999999999999999G",
        "\n",
        "M\n"
      })
  void anythingElse_isRefusedWithAnExample(String text) {
    TypeConversionException e =
        assertThrows(TypeConversionException.class, () -> MemorySize.parse(text));
    assertEquals(
        "'%s' is not a size; write a number with K, M or G, such as 512M".formatted(text),
        e.getMessage());
  }
}
