package org.kvm4j.devices.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.testkit.MapState;

class HostileGuestTest {

  private static final int[] PORTS = {0x40, 0x41, 0x42, 0x43, 0x43, 0x43, 0x61};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void randomAccesses_keepThePitBoundedAndConsistent(long seed) {
    Random random = new Random(seed);
    try (PitGuest guest = new PitGuest()) {
      for (int i = 0; i < 20_000; i++) {
        access(random, guest);
        guest.clock().advance(random.nextInt(10) == 0 ? random.nextInt(2_000_000) : 400);
        assertTrue(guest.clock().armedTimers() <= 1);
        if (i % 100 == 0) {
          checkOutputs(guest);
          MapState state = MapState.of(guest.machine().device());
          guest.machine().device().restore(state);
          assertEquals(state, MapState.of(guest.machine().device()));
        }
      }
    }
  }

  private static void access(Random random, PitGuest guest) {
    int port = PORTS[random.nextInt(PORTS.length)];
    int size = 1 << random.nextInt(3);
    if (random.nextBoolean()) {
      guest.machine().pio().write(port, size, random.nextInt());
    } else {
      int all = (int) ((1L << (8 * size)) - 1);
      int value = guest.machine().pio().read(port, size);
      assertEquals(0, value & ~all);
    }
  }

  /** OUT is the same wherever the guest can see it. */
  private static void checkOutputs(PitGuest guest) {
    for (int counter = 0; counter < 3; counter++) {
      guest.status(counter); // whatever was latched before
    }
    assertEquals(guest.out2(), (guest.status(2) & 0x80) != 0);
    boolean out0 = (guest.status(0) & 0x80) != 0;
    assertEquals(out0, guest.line().isHigh());
  }
}
