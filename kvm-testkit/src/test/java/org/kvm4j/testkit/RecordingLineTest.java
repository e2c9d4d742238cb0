package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RecordingLineTest {

  private final RecordingLine line = new RecordingLine();

  @Test
  void settingTheSameLevel_isNoEdge() {
    line.set(false);
    line.set(true);
    line.set(true);

    assertTrue(line.isHigh());
    assertEquals(1, line.edges());
  }

  @Test
  void pulse_isOneRisingEdge_andLeavesTheLineLow() {
    line.pulse();

    assertFalse(line.isHigh());
    assertEquals(1, line.risingEdges());
    assertEquals(2, line.edges());
  }

  @Test
  void clearEdges_keepsTheLevel() {
    line.set(true);
    line.clearEdges();

    assertTrue(line.isHigh());
    assertEquals(0, line.edges());
    assertEquals(0, line.risingEdges());
  }

  @Test
  void sharedLine_staysHigh_untilItsLastSourceIsLow() {
    SharedLine shared = new SharedLine();
    SharedLine.Source first = shared.newSource();
    SharedLine.Source second = shared.newSource();
    first.set(true);
    second.set(true);
    first.set(false);
    assertTrue(shared.output().isHigh());

    second.set(false);

    assertFalse(shared.output().isHigh());
    assertEquals(2, shared.output().edges());
  }

  @Test
  void releasedSource_isLow_andDrivesNothing() {
    SharedLine shared = new SharedLine();
    SharedLine.Source source = shared.newSource();
    source.set(true);
    source.release();
    assertFalse(shared.output().isHigh());

    source.set(true);

    assertFalse(shared.output().isHigh());
  }
}
