package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.irq.MsiMessage;
import org.mockito.InOrder;

/** Between lines, controllers and processors. */
final class InterruptControllersTest {

  private static final int VECTOR = 0x30;

  private final TestPlatform platform = new TestPlatform();
  private final DeviceSet devices = platform.devices;
  private final InterruptControllers controllers = devices.interruptControllers();
  private final InterruptOutput processors = mock(InterruptOutput.class);
  private final InterruptController chip = mock(InterruptController.class);
  private InterruptOutput output;
  private InterruptLine line;

  @AfterEach
  void close() {
    platform.close();
  }

  private void connect() {
    controllers.connectTo(processors);
    platform.add(TestProvider.of("pic", context -> output = context.interruptController(chip)));
    platform.add(TestProvider.of("uart", context -> line = context.interruptLine(4)));
    devices.connect();
    clearInvocations(chip);
  }

  @Test
  void inAVmWithKvmsOwnControllers_aDeviceCannotBeOne() {
    DeviceConfigurationException e =
        assertThrows(
            DeviceConfigurationException.class,
            () -> platform.add(TestProvider.of("pic", c -> c.interruptController(chip))));
    assertEquals(
        "Device pic: the interrupt controllers are KVM's own. Leave it out, or use --irqchip split.",
        e.getMessage());
  }

  @Test
  void lines_reachTheController_onEachChange() {
    connect();
    line.set(true);
    line.set(true);
    line.set(false);

    InOrder order = inOrder(chip);
    order.verify(chip).setLine(4, true);
    order.verify(chip).setLine(4, false);
    order.verifyNoMoreInteractions();
  }

  @Test
  void lineThatIsHighByThen_isToldToALateController() {
    controllers.connectTo(processors);
    platform.add(
        TestProvider.of(
            "uart",
            context -> {
              line = context.interruptLine(4);
              line.set(true);
            }));
    platform.add(TestProvider.of("pic", context -> output = context.interruptController(chip)));
    verify(chip, never()).setLine(anyInt(), anyBoolean());

    devices.connect();

    verify(chip).setLine(4, true);
    verify(chip).setLine(5, false);
  }

  @Test
  void outputs_reachTheProcessors() {
    connect();
    MsiMessage message = MsiMessage.fixed(0, VECTOR);
    output.intr(true);
    output.intr(true);
    output.route(4, message);
    output.send(4);
    output.intr(false);

    InOrder order = inOrder(processors);
    order.verify(processors).intr(true);
    order.verify(processors).route(4, message);
    order.verify(processors).send(4);
    order.verify(processors).intr(false);
    order.verifyNoMoreInteractions();
  }

  @Test
  void acknowledge_asksWhoHoldsIntrHigh_andNobodyElse() {
    connect();
    when(chip.acknowledge()).thenReturn(VECTOR);
    assertEquals(InterruptControllers.NO_VECTOR, controllers.acknowledge());

    output.intr(true);

    assertEquals(VECTOR, controllers.acknowledge());
  }

  @Test
  void endOfInterrupt_reachesTheController() {
    connect();
    controllers.endOfInterrupt(VECTOR);
    verify(chip).endOfInterrupt(VECTOR);
  }

  @Test
  void controllerThatThrows_isFenced_withIntrLow() {
    connect();
    output.intr(true);
    when(chip.acknowledge()).thenThrow(new IllegalStateException("broken"));

    assertEquals(InterruptControllers.NO_VECTOR, controllers.acknowledge());

    assertTrue(
        platform.faults.get(0).getMessage().contains("pic failed in an interrupt acknowledge"),
        () -> platform.faults.toString());
    verify(processors).intr(false);
    line.set(true);
    verify(chip, never()).setLine(anyInt(), anyBoolean());
  }

  @Test
  void vectorThatCannotBe_isAFaultOfTheDevice() {
    connect();
    output.intr(true);
    when(chip.acknowledge()).thenReturn(256);

    assertEquals(InterruptControllers.NO_VECTOR, controllers.acknowledge());
    assertEquals(1, platform.faults.size());
  }

  @Test
  void faultInALineChange_namesTheController_notTheDeviceThatDrivesTheLine() {
    connect();
    doThrow(new IllegalStateException("broken")).when(chip).setLine(4, true);

    line.set(true);

    assertEquals(1, platform.faults.size());
    assertTrue(platform.faults.get(0).getMessage().startsWith("Device pic failed"));
  }

  @Test
  void closedController_canReachTheProcessorsNoMore() {
    connect();
    devices.close();

    output.intr(true);

    verify(processors, never()).intr(true);
    assertThrows(IllegalStateException.class, () -> output.send(4));
    assertThrows(IllegalStateException.class, () -> output.route(4, MsiMessage.fixed(0, VECTOR)));
  }

  @Test
  void replacedController_isToldNothing_itsSuccessorAll() {
    connect();
    line.set(true);
    InterruptController next = mock(InterruptController.class);
    InterruptOutput[] nextOutput = new InterruptOutput[1];
    output.intr(true);
    clearInvocations(chip);

    devices.replace(
        "pic",
        DeviceType.builtIn(
            TestProvider.of(
                "pic",
                context -> {
                  nextOutput[0] = context.interruptController(next);
                  nextOutput[0].intr(true);
                })));

    verify(processors, never()).intr(false);
    verify(next).setLine(4, true);
    line.set(false);
    verify(next).setLine(4, false);
    verify(chip, never()).setLine(anyInt(), anyBoolean());
    nextOutput[0].intr(false);
    verify(processors).intr(false);
  }
}
