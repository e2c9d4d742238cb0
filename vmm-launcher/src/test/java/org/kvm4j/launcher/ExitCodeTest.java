package org.kvm4j.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
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
    Set<ExitCode> codes = kinds.stream().map(ExitCode::of).collect(Collectors.toSet());

    assertEquals(kinds.size(), codes.size());
  }

  @Test
  void powerOff_isSuccess_andNothingElseIs() {
    for (MachineEnd.Kind kind : MachineEnd.Kind.values()) {
      assertEquals(kind == MachineEnd.Kind.POWER_OFF, ExitCode.of(kind).number() == 0, kind::name);
    }
  }

  @Test
  void help_namesEachNumber() {
    String help = Terminal.run("--help").out();

    for (ExitCode code : ExitCode.values()) {
      assertTrue(
          help.lines().anyMatch(line -> line.matches(" +" + code.number() + "  \\S.*")),
          () -> code + " is not in\n" + help);
    }
  }
}
