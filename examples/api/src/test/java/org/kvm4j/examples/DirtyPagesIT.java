package org.kvm4j.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.RequiresKvm;

@RequiresKvm
final class DirtyPagesIT {

  @Test
  void eachRoundShowsWhatIsNew() {
    assertEquals(
        List.of("Round 1: 0x3000 0x5000", "Round 2: 0x4000"),
        Output.of(() -> DirtyPages.main(new String[0])));
  }
}
