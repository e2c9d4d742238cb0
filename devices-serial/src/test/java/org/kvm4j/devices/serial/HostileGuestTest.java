package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR;
import static org.kvm4j.devices.serial.SerialReg.UART_IIR_NO_INT;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_PORTS;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random accesses, input, back-pressure and time, after each of which the chip must be sound. */
class HostileGuestTest {

  private static final int STEPS = 20_000;

  private final SerialPort port = new SerialPort();

  @AfterEach
  void close() {
    port.close();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void line_isAlwaysOut2AndACause(long seed) {
    Random random = new Random(seed);
    int edges = 0;
    for (int i = 0; i < STEPS; i++) {
      step(random);
      boolean high = port.line().isHigh();
      boolean cause = (port.in(UART_IIR) & UART_IIR_NO_INT) == 0;
      boolean gate = (port.in(UART_MCR) & UART_MCR_OUT2) != 0;
      assertEquals(gate && cause, high, "after step " + i);
      edges = port.line().risingEdges();
    }
    assertTrue(edges > 100, "the guest hardly got an interrupt: " + edges);
  }

  @ParameterizedTest
  @ValueSource(longs = {6, 7, 8})
  void everyReachableState_canBeRestored(long seed) {
    Random random = new Random(seed);
    try (SerialPort copy = new SerialPort()) {
      for (int i = 0; i < STEPS / 10; i++) {
        step(random);
        // A host without room or input keeps the copy as it is restored.
        copy.host().setRoom(0);
        copy.device().restore(port.save());
        assertEquals(port.save(), copy.save(), "after step " + i);
      }
    }
  }

  private void step(Random random) {
    switch (random.nextInt(10)) {
      case 0 -> port.host().send((byte) random.nextInt());
      case 1 -> port.clock().advance(random.nextInt(10_000_000));
      case 2 -> {
        port.host().drain();
        port.host().setRoom(random.nextInt(20));
      }
      case 3, 4, 5 -> port.in(random.nextInt(UART_PORTS));
      default -> port.out(random.nextInt(UART_PORTS), random.nextInt(0x100));
    }
  }
}
