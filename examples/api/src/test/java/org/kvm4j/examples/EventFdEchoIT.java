package org.kvm4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.RequiresKvm;

@RequiresKvm
final class EventFdEchoIT {

  @Test
  void everyRing_isAnsweredByAnInterrupt() {
    assertEquals(
        List.of("The guest has counted 5 answers"),
        Output.of(() -> EventFdEcho.main(new String[0])));
  }
}
