package org.kvm4j.core.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ByteRingTest {

  @Test
  void bytesComeOutUnsigned_inOrder_acrossTheWrap() {
    ByteRing ring = new ByteRing(3);
    ring.addFrom(ByteBuffer.wrap(new byte[] {1, 2}));
    assertEquals(1, ring.remove());
    ring.addFrom(ByteBuffer.wrap(new byte[] {(byte) 0xff, 4}));
    assertTrue(ring.isFull());
    assertArrayEquals(new byte[] {2, (byte) 0xff, 4}, ring.copy());
    assertEquals(2, ring.remove());
    assertEquals(0xff, ring.remove());
    assertEquals(4, ring.remove());
    assertTrue(ring.isEmpty());
  }

  @Test
  void addFrom_leavesWhatDoesNotFit() {
    ByteRing ring = new ByteRing(4);
    ByteBuffer source = ByteBuffer.wrap(new byte[6]);
    ring.addFrom(source);
    assertEquals(2, source.remaining());
    assertEquals(0, ring.room());
  }

  @Test
  void anyMixOfCalls_behavesAsAQueue() {
    Random random = new Random(1);
    ByteRing ring = new ByteRing(7);
    Queue<Integer> model = new ArrayDeque<>();
    for (int step = 0; step < 20_000; step++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          if (!ring.isFull()) {
            ring.add(step);
            model.add(step & 0xff);
          }
        }
        case 1 -> {
          if (!ring.isEmpty()) {
            assertEquals(model.remove(), ring.remove());
          }
        }
        case 2 -> {
          byte[] bytes = new byte[random.nextInt(10)];
          random.nextBytes(bytes);
          ByteBuffer source = ByteBuffer.wrap(bytes);
          ring.addFrom(source);
          for (int i = 0; i < source.position(); i++) {
            model.add(Byte.toUnsignedInt(bytes[i]));
          }
        }
        default -> {
          ByteBuffer target = ByteBuffer.allocate(random.nextInt(10));
          ring.removeTo(target);
          for (byte value : Arrays.copyOf(target.array(), target.position())) {
            assertEquals(model.remove(), Byte.toUnsignedInt(value));
          }
        }
      }
      assertEquals(model.size(), ring.size());
      assertEquals(7 - model.size(), ring.room());
    }
  }
}
