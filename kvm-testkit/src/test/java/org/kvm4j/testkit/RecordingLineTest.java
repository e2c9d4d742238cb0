package org.kvm4j.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordingLineTest {

  private final FakeClock clock = new FakeClock();
  private final RecordingLine line = new RecordingLine(clock);
  private final List<Boolean> controller = new ArrayList<>();

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
  void edges_areLoggedWithTheirVmTime() {
    clock.advance(5);
    line.set(true);
    clock.advance(3);
    line.set(true);
    line.set(false);

    assertEquals(List.of(new Edge(5, true), new Edge(8, false)), line.edgeLog());
  }

  @Test
  void edgeLog_keepsTheLatest_andAllAreCounted() {
    for (int i = 0; i < RecordingLine.LOGGED_EDGES; i++) {
      line.pulse();
      clock.advance(1);
    }

    assertEquals(RecordingLine.LOGGED_EDGES, line.edgeLog().size());
    assertEquals(RecordingLine.LOGGED_EDGES / 2, line.edgeLog().get(0).nanoTime());
    assertEquals(2 * RecordingLine.LOGGED_EDGES, line.edges());
  }

  @Test
  void clearEdges_keepsTheLevel() {
    line.set(true);
    line.clearEdges();

    assertEquals(List.of(), line.edgeLog());

    assertTrue(line.isHigh());
    assertEquals(0, line.edges());
    assertEquals(0, line.risingEdges());
  }

  @Test
  void sharedLine_staysHigh_untilItsLastSourceIsLow() {
    SharedLine shared = new SharedLine(new FakeClock(), controller::add);
    SharedLine.Source first = shared.newSource();
    SharedLine.Source second = shared.newSource();
    first.set(true);
    second.set(true);
    first.set(false);
    assertTrue(shared.output().isHigh());

    second.set(false);

    assertFalse(shared.output().isHigh());
    assertEquals(2, shared.output().edges());
    assertEquals(List.of(true, false), controller);
  }

  @Test
  void repeatedLevel_isAnEdgeForTheControllerAlone() {
    SharedLine shared = new SharedLine(new FakeClock(), controller::add);
    shared.repeatLevel();
    assertEquals(List.of(), controller);
    shared.newSource().set(true);

    shared.repeatLevel();

    assertEquals(List.of(true, false, true), controller);
    assertEquals(1, shared.output().edges());
  }

  @Test
  void releasedSource_isLow_andDrivesNothing() {
    SharedLine shared = new SharedLine(new FakeClock(), controller::add);
    SharedLine.Source source = shared.newSource();
    source.set(true);
    source.release();
    assertFalse(shared.output().isHigh());

    source.set(true);

    assertFalse(shared.output().isHigh());
  }
}
