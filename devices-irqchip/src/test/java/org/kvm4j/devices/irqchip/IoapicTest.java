package org.kvm4j.devices.irqchip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.irq.DeliveryMode;
import org.kvm4j.irq.MsiMessage;
import org.kvm4j.testkit.MapState;
import org.kvm4j.testkit.MockMachine;

/** The 82093AA as a guest sees it. */
final class IoapicTest {

  private static final long BASE = 0xfec0_0000L;
  private static final int ID = 0;
  private static final int VERSION = 1;
  private static final int ARBITRATION = 2;

  private static final int LEVEL = 1 << 15;
  private static final int MASKED = 1 << 16;
  private static final int REMOTE_IRR = 1 << 14;

  private final MockMachine machine = MockMachine.with(new IoapicProvider());

  @AfterEach
  void close() {
    machine.close();
  }

  private long read(int register) {
    machine.mmio().write(BASE, 4, register);
    return machine.mmio().read(BASE + 0x10, 4);
  }

  private void write(int register, long value) {
    machine.mmio().write(BASE, 4, register);
    machine.mmio().write(BASE + 0x10, 4, value);
  }

  private static int low(int pin) {
    return 0x10 + 2 * pin;
  }

  private void program(int pin, int destination, int low) {
    write(low(pin) + 1, (long) destination << 24);
    write(low(pin), low);
  }

  private void raise(int gsi) {
    machine.processors().setLine(gsi, true);
  }

  private void lower(int gsi) {
    machine.processors().setLine(gsi, false);
  }

  private List<MsiMessage> sent() {
    List<MsiMessage> messages = machine.processors().messages();
    machine.processors().clearMessages();
    return messages;
  }

  @Test
  void afterReset_allPinsAreMasked() {
    for (int pin = 0; pin < 24; pin++) {
      assertEquals(MASKED, read(low(pin)));
      assertEquals(0, read(low(pin) + 1));
    }
  }

  @Test
  void version_is0x20_with24Pins() {
    write(VERSION, -1);
    assertEquals(0x0017_0020, read(VERSION));
  }

  @Test
  void id_hasFourBits_whichTheArbitrationIdTakesOver() {
    write(ID, -1);
    write(ARBITRATION, 0);
    assertEquals(0x0f00_0000, read(ID));
    assertEquals(0x0f00_0000, read(ARBITRATION));
  }

  @Test
  void ioregsel_readsBack_andRegistersThatAreNotThereReadZero() {
    machine.mmio().write(BASE, 4, 0x40);
    assertEquals(0x40, machine.mmio().read(BASE, 4));
    assertEquals(0, machine.mmio().read(BASE + 0x10, 4));
    assertEquals(0, read(0x0f));
  }

  @Test
  void entry_keepsWhatIsWritable() {
    program(5, 0xa5, -1);
    // Delivery status is idle, and remote IRR not the guest's to set.
    assertEquals(0x1_afff, read(low(5)));
    assertEquals(0xa500_0000L, read(low(5) + 1));
    write(low(5) + 1, -1);
    assertEquals(0xfffe_0000, (int) read(low(5) + 1));
  }

  @Test
  void risingEdge_sendsTheVector_toThePhysicalDestination() {
    program(4, 3, 0x31);
    raise(4);
    lower(4);
    assertEquals(List.of(MsiMessage.fixed(3, 0x31)), sent());
    raise(4);
    assertEquals(1, sent().size());
  }

  /** As Linux writes it for a processor with id 0x1234, if CPUID offers it. */
  @Test
  void extendedDestination_isAllOfTheMessages() {
    write(low(4) + 1, 0x34L << 24 | 0x12L << 17);
    write(low(4), 0x31);
    raise(4);
    assertEquals(List.of(MsiMessage.fixed(0x1234, 0x31)), sent());
  }

  @Test
  void logicalDestination_andLowestPriority_areInTheMessage() {
    program(4, 0xff, 0x0931);
    raise(4);
    assertEquals(List.of(new MsiMessage(0xfeef_f004L, 0x131)), sent());
  }

  @Test
  void edgeOnAMaskedPin_isLost() {
    program(4, 0, MASKED | 0x31);
    raise(4);
    write(low(4), 0x31);
    assertEquals(List.of(), sent());
  }

  /** So that a guest that is halted until an NMI comes is not taken for dead. */
  @Test
  void edge_isToldWhenItIsUnmasked_beforeItIsSent() {
    program(4, 1, MASKED | 0x0400);
    assertEquals(Map.of(), machine.processors().routes());

    write(low(4), 0x0400);
    assertEquals(DeliveryMode.NMI, machine.processors().routes().get(4).deliveryMode());
    assertEquals(List.of(), sent());
  }

  @Test
  void level_isSentOnce_untilItsEnd_andAgainIfStillAsserted() {
    program(9, 1, LEVEL | 0x41);
    raise(9);
    assertEquals(List.of(MsiMessage.fixed(1, 0x41).levelTriggered()), sent());
    assertEquals(LEVEL | REMOTE_IRR | 0x41, read(low(9)));
    lower(9);
    raise(9);
    machine.processors().endOfInterrupt(0x42);
    assertEquals(List.of(), sent());

    machine.processors().endOfInterrupt(0x41);
    assertEquals(1, sent().size());
    lower(9);
    machine.processors().endOfInterrupt(0x41);
    assertEquals(List.of(), sent());
    assertEquals(LEVEL | 0x41, read(low(9)));
  }

  @Test
  void level_isSentWhenUnmasked() {
    program(9, 0, LEVEL | MASKED | 0x41);
    raise(9);
    assertEquals(List.of(), sent());
    write(low(9), LEVEL | 0x41);
    assertEquals(1, sent().size());
  }

  @Test
  void eoiRegister_endsAsABroadcastDoes() {
    program(9, 0, LEVEL | 0x41);
    raise(9);
    lower(9);
    machine.mmio().write(BASE + 0x40, 4, 0x41);
    assertEquals(LEVEL | 0x41, read(low(9)));
  }

  @Test
  void twoPinsWithOneVector_endTogether() {
    program(9, 0, LEVEL | 0x41);
    program(10, 0, LEVEL | 0x41);
    raise(9);
    raise(10);
    sent();
    machine.processors().endOfInterrupt(0x41);
    assertEquals(2, sent().size());
  }

  /** How Linux ends a level interrupt where there is no EOI register. */
  /** A kernel that moves the interrupt to a processor that is there must get it. */
  @Test
  void levelThatNobodyTakes_hasNoRemoteIrr_andIsSentAnewWithTheEntry() {
    machine.processors().takeMessages(message -> false);
    program(9, 5, LEVEL | 0x41);
    raise(9);
    assertEquals(LEVEL | 0x41, read(low(9)));
    sent();

    machine.processors().takeMessages(message -> true);
    write(low(9) + 1, 0);

    assertEquals(List.of(MsiMessage.fixed(0, 0x41).levelTriggered()), sent());
    assertEquals(LEVEL | REMOTE_IRR | 0x41, read(low(9)));
  }

  @Test
  void switchingToEdge_clearsRemoteIrr() {
    program(9, 0, LEVEL | 0x41);
    raise(9);
    write(low(9), MASKED | 0x41);
    write(low(9), LEVEL | MASKED | 0x41);
    assertEquals(LEVEL | MASKED | 0x41, read(low(9)));
  }

  @Test
  void maskingAndUnmasking_whileInService_sendsNothing() {
    program(9, 0, LEVEL | 0x41);
    raise(9);
    sent();
    write(low(9), LEVEL | MASKED | 0x41);
    write(low(9), LEVEL | 0x41);
    assertEquals(List.of(), sent());
  }

  @ParameterizedTest
  @ValueSource(ints = {0x2, 0x4, 0x5})
  void smiNmiInit_areEdges_evenWhereLevelIsSet(int mode) {
    program(9, 0, LEVEL | mode << 8);
    raise(9);
    assertEquals(List.of(new MsiMessage(0xfee0_0000L, mode << 8)), sent());
    assertEquals(LEVEL | mode << 8, read(low(9)));
    lower(9);
    raise(9);
    assertEquals(1, sent().size());
  }

  @Test
  void polarity_isKept_andChangesNothing() {
    program(9, 0, 0x2000 | LEVEL | 0x41);
    assertEquals(List.of(), sent());
    raise(9);
    assertEquals(1, sent().size());
    assertEquals(0x2000 | LEVEL | REMOTE_IRR | 0x41, read(low(9)));
  }

  /** Without its route, KVM would not tell of the end. */
  @Test
  void restoredInService_hasItsRoute_andSendsNothing() {
    program(9, 2, LEVEL | 0x41);
    raise(9);
    try (MockMachine other = MockMachine.with(new IoapicProvider())) {
      other.device().restore(MapState.of(machine.device()));
      assertEquals(List.of(), other.processors().messages());
      assertEquals(MsiMessage.fixed(2, 0x41).levelTriggered(), other.processors().routes().get(9));
      other.processors().endOfInterrupt(0x41);
      assertTrue(other.processors().messages().size() == 1, "it is still asserted");
    }
  }
}
