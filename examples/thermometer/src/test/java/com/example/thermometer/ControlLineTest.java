package com.example.thermometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.HostStream;

/** What the host says to a chip, and what it hears. */
final class ControlLineTest {

  @Test
  void command_isCarriedOut_whenItsLineEnds() {
    try (Chip chip = new Chip()) {
      chip.machine().stream().send("temperature ");
      chip.machine().stream().send("31000");
      assertEquals("", chip.machine().stream().received());

      chip.machine().stream().send("\r\n");
      assertEquals("ok\n", chip.machine().stream().received());

      chip.start();
      assertEquals(31_000, chip.read(Reg.TEMPERATURE));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "warm",
        "temperature",
        "temperature 1 2",
        "temperature x",
        "temperature 1000001",
        "temperature 99999999999",
        "fault broken",
        "Fault none"
      })
  void whatIsNoCommand_isAnsweredByAnError_andChangesNothing(String line) {
    try (Chip chip = new Chip()) {
      assertTrue(chip.say(line).startsWith("error: "));

      chip.start();
      assertEquals(25_000, chip.read(Reg.TEMPERATURE));
    }
  }

  @Test
  void tooLongALine_isRefused_andTheNextOneTaken() {
    try (Chip chip = new Chip()) {
      String longest = "temperature 31000" + " ".repeat(64 - 17);
      assertEquals("ok\n", chip.say(longest));
      assertEquals("error: a line has at most 64 bytes\n", chip.say(longest + " "));
      assertEquals("ok\n", chip.say("fault none"));
    }
  }

  @Test
  void answers_areLost_whenNobodyReadsThem() {
    HostStream host = mock(HostStream.class);
    when(host.read()).thenReturn((int) 'a', (int) '\n', HostStream.NOTHING);
    when(host.write(anyInt())).thenReturn(true, false);
    ControlLine line = new ControlLine(host, command -> "got " + command);

    line.reset();

    verify(host).write('g');
    verify(host).write('o');
    verify(host, never()).write('t');
  }
}
