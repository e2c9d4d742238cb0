package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.MockMachine;

/** What a driver sees of the chip. */
final class ${className}Test {

  private static final long BASE = 0xd000_0000L;
  private static final int IRQ = 5;

  private final MockMachine machine =
      MockMachine.with(new ${className}Provider(), Map.of("base", "0xd0000000", "irq", "5"));

  @AfterEach
  void close() {
    machine.close();
  }

  @Test
  void id_isTheDatasheets() {
    assertEquals(0x434e5401, read(${className}.ID));
  }

  @Test
  void endOfTheDelay_raisesTheLine_untilAcknowledged() {
    write(${className}.DELAY, 250);

    machine.clock().advance(249_999);
    assertFalse(machine.line(IRQ).isHigh());

    machine.clock().advance(1);
    assertTrue(machine.line(IRQ).isHigh());
    assertEquals(${className}.STATUS_DONE, read(${className}.STATUS));

    write(${className}.STATUS, ${className}.STATUS_DONE);
    assertFalse(machine.line(IRQ).isHigh());
  }

  @Test
  void delayOfZero_stopsTheCountdown() {
    write(${className}.DELAY, 250);
    write(${className}.DELAY, 0);

    machine.clock().advance(1_000_000);

    assertFalse(machine.line(IRQ).isHigh());
  }

  private int read(int register) {
    return machine.mmio().readInt(BASE + register);
  }

  private void write(int register, int value) {
    machine.mmio().writeInt(BASE + register, value);
  }
}
