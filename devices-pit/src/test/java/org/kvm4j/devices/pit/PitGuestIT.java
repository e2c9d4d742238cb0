package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RBX;

import java.util.List;
import org.kvm4j.testkit.Edge;
import org.kvm4j.testkit.Guest;
import org.kvm4j.testkit.GuestTest;

/** A guest that programs the timer, while the test moves the time. */
final class PitGuestIT {

  private static final int TICKS = 0x2000;

  /** 1,193,182 Hz by this is a little less than a millisecond. */
  private static final int COUNT_1_MS = 1193;

  private static final long MILLISECOND_NANOS = 1_000_000;

  /** Beyond each tick: the counter takes a clock of the 8254, 838 ns, to load its first count. */
  private static final long STEP_NANOS = MILLISECOND_NANOS + 1000;

  @GuestTest(PitProvider.class)
  void rateGenerator_wakesTheHaltedGuest_onceAPeriod(Guest guest) {
    guest.run(
        code ->
            code.onInterrupt(0, handler -> handler.inc32(TICKS))
                .out8(0x43, 0x34) // counter 0, low and high byte, mode 2
                .out8(0x40, COUNT_1_MS & 0xff)
                .out8(0x40, COUNT_1_MS >> 8));
    assertEquals(1, guest.memory().readInt(TICKS), "choosing the mode raises the output");
    guest.machine().line(0).clearEdges();
    guest.memory().writeInt(TICKS, 0);

    for (int tick = 1; tick <= 10; tick++) {
      guest.machine().clock().advance(STEP_NANOS);
      guest.resume();
      assertEquals(tick, guest.memory().readInt(TICKS));
    }
    List<Edge> rising = guest.machine().line(0).edgeLog().stream().filter(Edge::high).toList();
    long periodNanos = rising.get(9).nanoTime() - rising.get(8).nanoTime();
    assertTrue(Math.abs(periodNanos - MILLISECOND_NANOS) < 1000, () -> periodNanos + " ns");
  }

  @GuestTest(PitProvider.class)
  void output2_isSeenAtPort61_whenCounter2HasCountedDown(Guest guest) {
    guest.run(
        code ->
            code.out8(0x61, 0x01) // gate on, speaker off
                .out8(0x43, 0xb0) // counter 2, mode 0
                .out8(0x42, COUNT_1_MS & 0xff)
                .out8(0x42, COUNT_1_MS >> 8)
                .in8(RBX, 0x61));
    assertEquals(0, guest.register(RBX) & 0x20);

    guest.machine().clock().advance(2 * MILLISECOND_NANOS);
    guest.run(code -> code.in8(RAX, 0x61));

    assertEquals(0x20, guest.register(RAX) & 0x20);
  }
}
