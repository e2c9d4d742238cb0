package org.kvm4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.RequiresKvm;

@RequiresKvm
final class SingleStepIT {

  @Test
  void everyInstruction_isOneStep() {
    assertEquals(
        List.of(
            "ip =  3, ax = 1",
            "ip =  6, ax = 1",
            "ip =  8, ax = 2",
            "ip =  6, ax = 2",
            "ip =  8, ax = 4",
            "ip =  6, ax = 4",
            "ip =  8, ax = 8",
            "ip = 10, ax = 8"),
        Output.of(() -> SingleStep.main(new String[0])));
  }
}
