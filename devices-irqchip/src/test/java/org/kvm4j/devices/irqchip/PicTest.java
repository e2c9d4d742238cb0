package org.kvm4j.devices.irqchip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.testkit.MockMachine;

/** The 8259A pair as a guest sees it. */
final class PicTest {

  private static final int MASTER = 0x20;
  private static final int SLAVE = 0xa0;
  private static final int ELCR_MASTER = 0x4d0;
  private static final int ELCR_SLAVE = 0x4d1;

  private static final int MASTER_BASE = 0x30;
  private static final int SLAVE_BASE = 0x38;

  private static final int ICW4_8086 = 0x01;
  private static final int ICW4_AEOI = 0x02;
  private static final int ICW4_SFNM = 0x10;

  private static final int EOI = 0x20;
  private static final int SPECIFIC_EOI = 0x60;
  private static final int ROTATE_ON_EOI = 0xa0;
  private static final int ROTATE_ON_SPECIFIC_EOI = 0xe0;
  private static final int SET_PRIORITY = 0xc0;
  private static final int ROTATE_IN_AEOI = 0x80;
  private static final int POLL = 0x0c;
  private static final int READ_IRR = 0x0a;
  private static final int READ_ISR = 0x0b;
  private static final int SPECIAL_MASK = 0x68;
  private static final int NO_SPECIAL_MASK = 0x48;

  private final MockMachine machine = MockMachine.with(new PicProvider());

  @BeforeEach
  void initialise() {
    initialise(ICW4_8086, ICW4_8086);
  }

  @AfterEach
  void close() {
    machine.close();
  }

  private void initialise(int masterIcw4, int slaveIcw4) {
    initialise(MASTER, MASTER_BASE, 0x04, masterIcw4);
    initialise(SLAVE, SLAVE_BASE, 0x02, slaveIcw4);
  }

  private void initialise(int chip, int base, int icw3, int icw4) {
    out(chip, 0x11);
    out(chip + 1, base);
    out(chip + 1, icw3);
    out(chip + 1, icw4);
  }

  private void out(int port, int value) {
    machine.pio().write(port, 1, value);
  }

  private int in(int port) {
    return machine.pio().read(port, 1);
  }

  private int irr(int chip) {
    out(chip, READ_IRR);
    return in(chip);
  }

  private int isr(int chip) {
    out(chip, READ_ISR);
    return in(chip);
  }

  private void set(int irq, boolean high) {
    machine.processors().setLine(irq, high);
  }

  private void edge(int irq) {
    set(irq, true);
    set(irq, false);
  }

  private boolean intr() {
    return machine.processors().isIntrHigh();
  }

  private int take() {
    assertTrue(intr(), "INTR is low");
    return machine.processors().acknowledge();
  }

  @Test
  void edge_raisesIntr_andIsInServiceOnceTaken() {
    assertFalse(intr());
    set(4, true);
    assertEquals(0x10, irr(MASTER));
    assertEquals(MASTER_BASE + 4, take());
    assertFalse(intr());
    assertEquals(0, irr(MASTER));
    assertEquals(0x10, isr(MASTER));
    out(MASTER, EOI);
    assertEquals(0, isr(MASTER));
    assertFalse(intr(), "a line that stays high is no new edge");
  }

  @Test
  void slave_isTakenThroughIr2_andBothAreInService() {
    edge(9);
    assertEquals(0x04, irr(MASTER));
    assertEquals(SLAVE_BASE + 1, take());
    assertEquals(0x04, isr(MASTER));
    assertEquals(0x02, isr(SLAVE));
  }

  @Test
  void everyInterruptOfTheSlave_comes_oneAfterTheOther() {
    for (int irq = 8; irq < 16; irq++) {
      edge(irq);
    }
    for (int irq = 8; irq < 16; irq++) {
      assertEquals(SLAVE_BASE + irq - 8, take());
      assertFalse(intr());
      out(SLAVE, EOI);
      out(MASTER, EOI);
    }
    assertFalse(intr());
  }

  @Test
  void gsisAbove15_andTheCascadesOwn_areNotThePics() {
    set(2, true);
    set(16, true);
    set(23, true);
    assertFalse(intr());
  }

  @Test
  void higherPriority_interruptsALower_notTheOtherWayRound() {
    edge(5);
    take();
    edge(6);
    assertFalse(intr());
    edge(1);
    assertEquals(MASTER_BASE + 1, take());
    out(MASTER, EOI); // ends the highest in service: 1
    assertFalse(intr());
    out(MASTER, EOI);
    assertEquals(MASTER_BASE + 6, take());
  }

  @Test
  void masked_waitsInIrr() {
    out(MASTER + 1, 0x10);
    assertEquals(0x10, in(MASTER + 1));
    edge(4);
    assertFalse(intr());
    assertEquals(0x10, irr(MASTER));
    out(MASTER + 1, 0);
    assertEquals(MASTER_BASE + 4, take());
  }

  @Test
  void requestThatIsGone_isSpuriousIrq7_withoutBeingInService() {
    edge(3);
    assertTrue(intr());
    out(MASTER + 1, 0xff);
    assertFalse(intr());
    assertEquals(MASTER_BASE + 7, machine.processors().acknowledge());
    assertEquals(0, isr(MASTER));
  }

  @Test
  void requestOfTheSlaveThatIsGone_isSpuriousIrq15_whichTheMasterHasInService() {
    edge(10);
    out(SLAVE + 1, 0xff);
    assertEquals(SLAVE_BASE + 7, take());
    assertEquals(0, isr(SLAVE));
    assertEquals(0x04, isr(MASTER));
  }

  @Test
  void level_comesAgainUntilItIsLow_andIsForgottenThen() {
    out(ELCR_MASTER, 0x20);
    set(5, true);
    assertEquals(MASTER_BASE + 5, take());
    assertFalse(intr());
    out(MASTER, EOI);
    assertTrue(intr());
    set(5, false);
    assertFalse(intr());
    assertEquals(0, irr(MASTER));
  }

  @Test
  void elcr_hasNoBits_forTimerKeyboardCascadeClockAndCoprocessor() {
    out(ELCR_MASTER, 0xff);
    out(ELCR_SLAVE, 0xff);
    assertEquals(0xf8, in(ELCR_MASTER));
    assertEquals(0xde, in(ELCR_SLAVE));
  }

  @Test
  void specificEoi_endsThatLevelOnly() {
    edge(5);
    take();
    edge(1);
    take();
    out(MASTER, SPECIFIC_EOI | 5);
    assertEquals(0x02, isr(MASTER));
  }

  @Test
  void rotateOnEoi_makesTheOneThatWasServedTheLowest() {
    edge(4);
    take();
    out(MASTER, ROTATE_ON_EOI);
    edge(4);
    edge(5);
    edge(3);
    assertEquals(MASTER_BASE + 5, take());
    out(MASTER, EOI);
    assertEquals(MASTER_BASE + 3, take());
    out(MASTER, EOI);
    assertEquals(MASTER_BASE + 4, take());
  }

  @Test
  void setPriority_andRotateOnSpecificEoi_nameTheLowest() {
    out(MASTER, SET_PRIORITY | 5);
    edge(0);
    edge(6);
    assertEquals(MASTER_BASE + 6, take());
    out(MASTER, ROTATE_ON_SPECIFIC_EOI | 6);
    assertEquals(0, isr(MASTER));
    edge(6);
    edge(7);
    assertEquals(MASTER_BASE + 7, take());
  }

  @Test
  void automaticEoi_leavesNothingInService_andRotatesIfAsked() {
    initialise(ICW4_8086 | ICW4_AEOI, ICW4_8086 | ICW4_AEOI);
    out(MASTER, ROTATE_IN_AEOI);
    edge(1);
    edge(3);
    assertEquals(MASTER_BASE + 1, take());
    assertEquals(0, isr(MASTER));
    edge(1);
    assertEquals(MASTER_BASE + 3, take());
    assertEquals(MASTER_BASE + 1, take());
    edge(12);
    edge(13);
    assertEquals(SLAVE_BASE + 4, take());
    assertEquals(SLAVE_BASE + 5, take());
    assertFalse(intr());
  }

  @Test
  void specialMask_letsLowerPrioritiesThrough() {
    edge(1);
    take();
    edge(6);
    out(MASTER + 1, 0x02);
    assertFalse(intr());
    out(MASTER, SPECIAL_MASK);
    assertEquals(MASTER_BASE + 6, take());
    out(MASTER, EOI); // not the masked one, which has the higher priority
    assertEquals(0x02, isr(MASTER));
    out(MASTER, NO_SPECIAL_MASK);
    out(MASTER, EOI);
    assertEquals(0, isr(MASTER));
  }

  @Test
  void specialFullyNested_letsTheSlaveInterruptItself() {
    initialise(ICW4_8086 | ICW4_SFNM, ICW4_8086);
    edge(12);
    take();
    edge(9);
    assertEquals(SLAVE_BASE + 1, take());
  }

  @Test
  void withoutSpecialFullyNested_theSlaveWaitsForTheMastersEoi() {
    edge(12);
    take();
    edge(9);
    assertFalse(intr());
    out(SLAVE, EOI);
    assertFalse(intr());
    out(MASTER, EOI);
    assertEquals(SLAVE_BASE + 1, take());
  }

  @Test
  void poll_takesTheInterrupt_once() {
    edge(4);
    out(MASTER, POLL);
    assertEquals(0x84, in(MASTER));
    assertEquals(0x10, isr(MASTER));
    assertFalse(intr());
    out(MASTER, POLL);
    assertEquals(0, in(MASTER));
  }

  @Test
  void icw1_forgetsEdgesAndMasks_andALineThatIsHighMustRiseAgain() {
    out(MASTER + 1, 0xff);
    set(4, true);
    initialise();
    assertEquals(0, in(MASTER + 1));
    assertFalse(intr());
    set(4, false);
    set(4, true);
    assertEquals(MASTER_BASE + 4, take());
  }

  /** The slave's INT is high meanwhile; what it asked for would come as a spurious interrupt. */
  @Test
  void initialisedMaster_hasNoRequestOfASlaveThatIsInitialisedAfterIt() {
    set(12, true);
    assertEquals(1 << 2, irr(MASTER));

    initialise(ICW4_8086, ICW4_8086);

    assertEquals(0, irr(MASTER));
    assertFalse(intr());
  }

  @Test
  void icw1WithoutIcw4_endsAutomaticEoi() {
    initialise(ICW4_8086 | ICW4_AEOI, ICW4_8086);
    out(MASTER, 0x10);
    out(MASTER + 1, 0x40);
    out(MASTER + 1, 0x04);
    edge(0);
    assertEquals(0x40, take());
    assertEquals(0x01, isr(MASTER));
  }

  @Test
  void singleMode_hasNoIcw3() {
    out(MASTER, 0x13);
    out(MASTER + 1, 0x40);
    out(MASTER + 1, ICW4_8086);
    edge(1);
    assertEquals(0x41, take());
  }

  @Test
  void beforeAndDuringInitialisation_nothingIsAskedFor_butTheMaskIsKept() {
    machine.reset();
    edge(1);
    assertFalse(intr());
    out(MASTER + 1, 0xfb); // how Linux finds out whether there is a PIC
    assertEquals(0xfb, in(MASTER + 1));
    out(MASTER, 0x11);
    edge(1);
    assertFalse(intr());
    out(MASTER + 1, MASTER_BASE);
    out(MASTER + 1, 0x04);
    assertFalse(intr());
    out(MASTER + 1, ICW4_8086);
    assertEquals(MASTER_BASE + 1, take());
  }

  @Test
  void reset_lowersIntr() {
    edge(1);
    assertTrue(intr());
    machine.reset();
    assertFalse(intr());
  }
}
