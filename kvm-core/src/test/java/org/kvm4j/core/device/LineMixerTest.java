package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.InterruptLine;

/** Several devices on one GSI. */
@Timeout(60)
final class LineMixerTest {

  private final List<String> levels = new ArrayList<>();
  private final LineMixer mixer =
      new LineMixer((gsi, high) -> levels.add(gsi + (high ? " high" : " low")));

  @Test
  void oneSource_isPassedOn_changesOnly() {
    InterruptLine line = mixer.source("serial", 4);

    line.set(false);
    line.set(true);
    line.set(true);
    line.set(false);
    line.set(false);

    assertEquals(List.of("4 high", "4 low"), levels);
  }

  @Test
  void sourcesOfOneGsi_areOred() {
    InterruptLine first = mixer.source("serial", 4);
    InterruptLine second = mixer.source("serial-2", 4);

    first.set(true);
    second.set(true);
    first.set(false);
    assertEquals(List.of("4 high"), levels, "the second still drives it");
    second.set(false);

    assertEquals(List.of("4 high", "4 low"), levels);
  }

  @Test
  void gsisAreApart() {
    mixer.source("serial", 0).set(true);
    mixer.source("serial-2", 23).set(true);

    assertEquals(List.of("0 high", "23 high"), levels);
  }

  @Test
  void aPulse_isOneEdge() {
    mixer.source("pit", 0).pulse();

    assertEquals(List.of("0 high", "0 low"), levels);
  }

  @Test
  void aPulseOnALineThatAnotherHoldsHigh_isNotSeen() {
    mixer.source("serial", 4).set(true);
    mixer.source("serial-2", 4).pulse();

    assertEquals(List.of("4 high"), levels);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 24, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void aGsiThatDoesNotExist_isRefused_withTheDevicesName(int gsi) {
    assertEquals(
        "Device serial: there is no GSI " + gsi + ". Use 0 to 23.",
        assertThrows(DeviceConfigurationException.class, () -> mixer.source("serial", gsi))
            .getMessage());
  }

  @Test
  void manyThreads_leaveTheLineAsTheLastOfThemDoes() throws Exception {
    // The sink is called by one thread at a time, so that its plain list is safe.
    CountDownLatch start = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      InterruptLine line = mixer.source("device", 5);
      Thread thread =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
                for (int i = 0; i < 5000; i++) {
                  line.pulse();
                }
              });
      thread.start();
      threads.add(thread);
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertEquals("5 low", levels.get(levels.size() - 1));
    for (int i = 0; i < levels.size(); i++) {
      assertEquals(i % 2 == 0 ? "5 high" : "5 low", levels.get(i), "changes only, at " + i);
    }
  }
}
