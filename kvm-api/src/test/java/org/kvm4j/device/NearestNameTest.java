package org.kvm4j.device;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NearestNameTest {

  private static final List<String> NAMES = List.of("serial", "pit", "rtc", "debug-exit");

  @ParameterizedTest
  @CsvSource({
    "seral, serial",
    "serail, serial",
    "serial2, serial",
    "Serial, serial",
    "pi, pit",
    "debugexit, debug-exit",
  })
  void aSimilarName_isSuggested(String wrong, String nearest) {
    assertEquals("Did you mean '%s'? ".formatted(nearest), NearestName.hint(wrong, NAMES));
  }

  @ParameterizedTest
  @ValueSource(strings = {"framebuffer", "", "virtio-net", "serial-port"})
  void aNameLikeNoOther_hasNoSuggestion(String wrong) {
    assertEquals("", NearestName.hint(wrong, NAMES));
  }

  @Test
  void theNearestOfSeveral_isSuggested() {
    assertEquals("Did you mean 'ide'? ", NearestName.hint("idee", List.of("id", "ide", "ideal")));
  }

  @Test
  void noNames_noSuggestion() {
    assertEquals("", NearestName.hint("serial", List.of()));
  }

  @Test
  void aVeryLongName_isNoProblem() {
    assertEquals("", NearestName.hint("x".repeat(10_000), NAMES));
  }
}
