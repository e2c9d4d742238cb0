package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.machine.MachineEnd;

final class ExitCodeTest {

  @Test
  void numbers_areDistinct() {
    Set<Integer> numbers =
        Arrays.stream(ExitCode.values()).map(ExitCode::number).collect(Collectors.toSet());

    assertEquals(ExitCode.values().length, numbers.size());
  }

  @Test
  void endsOfAMachine_areToldApart() {
    List<MachineEnd.Kind> kinds = List.of(MachineEnd.Kind.values());
    Set<Integer> codes = kinds.stream().map(kind -> codeOf(kind, 33)).collect(Collectors.toSet());

    assertEquals(kinds.size(), codes.size());
  }

  @Test
  void powerOff_isSuccess_andNothingElseIs() {
    for (MachineEnd.Kind kind : MachineEnd.Kind.values()) {
      assertEquals(kind == MachineEnd.Kind.POWER_OFF, codeOf(kind, 33) == 0, kind::name);
    }
  }

  @Test
  void statusOfADebugExit_isTheExitCode() {
    assertEquals(255, codeOf(MachineEnd.Kind.DEBUG_EXIT, 255));
  }

  private static int codeOf(MachineEnd.Kind kind, int status) {
    return ExitCode.of(new MachineEnd(kind, "", Optional.empty(), OptionalInt.of(status)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "run --help"})
  void help_namesEachNumber(String command) {
    String help = Terminal.run(command.split(" ")).out();

    for (ExitCode code : ExitCode.values()) {
      assertTrue(
          help.lines().anyMatch(line -> line.matches(" +" + code.number() + "  \\S.*")),
          () -> code + " is not in\n" + help);
    }
  }
}
