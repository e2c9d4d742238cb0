package org.kvm4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.RequiresKvm;

@RequiresKvm
final class SmallestVmIT {

  @Test
  void aGuestAddsAndHalts() {
    assertEquals(List.of("Halt[], ax = 5"), Output.of(() -> SmallestVm.main(new String[0])));
  }
}
