package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyBoolean;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.RunState;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.core.device.InterruptControllers;
import org.kvm4j.event.Injection;
import org.kvm4j.irq.DeliveryMode;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.MsiMessage;
import org.mockito.InOrder;

/** What KVM and the controllers are told, and when. */
final class SplitIrqchipTest {

  private static final MsiMessage LEVEL = MsiMessage.fixed(0, 0x41).levelTriggered();
  private static final MsiMessage EDGE = MsiMessage.fixed(1, 0x31);
  private static final RunState READY = new RunState(0, true, true, 0, 0);
  private static final RunState NOT_READY = new RunState(0, false, false, 0, 0);
  private static final int VECTOR = 0x30;

  private final Vm vm = mock(Vm.class);
  private final Interrupts kvm = mock(Interrupts.class);
  private final InterruptControllers controllers = mock(InterruptControllers.class);
  private final Vcpu vcpu = mock(Vcpu.class);
  private final Injection injection = mock(Injection.class);
  private final SplitIrqchip irqchip = new SplitIrqchip(vm);

  @BeforeEach
  void create() {
    when(vm.interrupts()).thenReturn(kvm);
    when(vcpu.inject()).thenReturn(injection);
    when(vcpu.runState()).thenReturn(READY);
    when(controllers.acknowledge()).thenReturn(VECTOR);
    irqchip.create(controllers);
  }

  @Test
  void created_withTheLocalApicsInTheKernel_andLinesThatDoNotLeadThere() {
    irqchip.lines().set(4, true);

    verify(vm).createSplitIrqchip(24);
    verify(controllers).connectTo(irqchip);
    verify(vm, never()).setIrqLine(anyInt(), anyBoolean());
  }

  @ParameterizedTest
  @EnumSource
  void pinMayWakeAVcpuWithInterruptsOff_ifItsMessageIsNoVectoredInterrupt(DeliveryMode mode) {
    irqchip.route(3, EDGE);
    assertFalse(irqchip.mayWakeDeafVcpus());
    irqchip.route(5, new MsiMessage(EDGE.address(), mode.number() << 8));

    boolean vectored =
        Set.of(DeliveryMode.FIXED, DeliveryMode.LOWEST_PRIORITY, DeliveryMode.EXTINT)
            .contains(mode);
    assertEquals(!vectored, irqchip.mayWakeDeafVcpus());
  }

  @Test
  void intr_kicksTheFirstVcpu_onceItRuns() {
    irqchip.intr(true);
    verify(vcpu, never()).kick();
    irqchip.intr(false);
    irqchip.beforeRun(vcpu);

    irqchip.intr(true);
    irqchip.intr(false);

    verify(vcpu).kick();
  }

  @Test
  void readyVcpu_getsTheVector_andTellsWhenItCanTakeTheNext() {
    irqchip.intr(true);
    irqchip.beforeRun(vcpu);

    InOrder order = inOrder(controllers, injection, vcpu);
    order.verify(controllers).acknowledge();
    order.verify(injection).interrupt(VECTOR);
    order.verify(vcpu).requestInterruptWindow(true);
  }

  @Test
  void vcpuThatIsNotReady_isAskedToTell_andTheInterruptIsNotTakenYet() {
    when(vcpu.runState()).thenReturn(NOT_READY);
    irqchip.intr(true);
    irqchip.beforeRun(vcpu);
    irqchip.beforeRun(vcpu);

    verify(vcpu, times(1)).requestInterruptWindow(true);
    verify(controllers, never()).acknowledge();

    when(vcpu.runState()).thenReturn(READY);
    assertTrue(irqchip.handle(new VcpuExit.InterruptWindowOpen()));
    irqchip.beforeRun(vcpu);
    verify(injection).interrupt(VECTOR);
  }

  @Test
  void windowIsTakenBack_whenIntrIsLowAgain() {
    irqchip.intr(true);
    irqchip.beforeRun(vcpu);
    irqchip.intr(false);
    irqchip.beforeRun(vcpu);
    irqchip.beforeRun(vcpu);

    verify(vcpu, times(1)).requestInterruptWindow(false);
  }

  @Test
  void interruptThatNobodyAnnouncesAnyMore_isNotInjected() {
    when(controllers.acknowledge()).thenReturn(InterruptControllers.NO_VECTOR);
    irqchip.intr(true);
    irqchip.beforeRun(vcpu);

    verify(injection, never()).interrupt(anyInt());
  }

  @Test
  void otherVcpus_haveNoPartInIntr() {
    when(vcpu.id()).thenReturn(1);
    irqchip.intr(true);
    irqchip.beforeRun(vcpu);

    verify(vcpu, never()).requestInterruptWindow(anyBoolean());
    verify(injection, never()).interrupt(anyInt());
  }

  @Test
  void endOfInterrupt_goesToTheControllers_otherExitsDoNot() {
    assertTrue(irqchip.handle(new VcpuExit.IoapicEoi(0x41)));
    verify(controllers).endOfInterrupt(0x41);
    assertFalse(irqchip.handle(new VcpuExit.Halt()));
  }

  @Test
  void levels_areRoutesOfKvm_whichIsToldOnlyOfChanges() {
    MsiMessage other = MsiMessage.fixed(1, 0x31).levelTriggered();
    irqchip.route(9, LEVEL);
    irqchip.route(9, LEVEL);
    irqchip.route(4, other);

    verify(kvm).setRoutes(List.of(new GsiRoute.Msi(9, LEVEL)));
    verify(kvm).setRoutes(List.of(new GsiRoute.Msi(4, other), new GsiRoute.Msi(9, LEVEL)));
    verify(kvm, times(2)).setRoutes(any());
  }

  @Test
  void edges_needNoRoute() {
    irqchip.route(4, EDGE);
    irqchip.route(4, MsiMessage.fixed(0, 0x33));

    verify(kvm, never()).setRoutes(any());
  }

  @Test
  void message_isSentAsThePinWasLastTold() {
    irqchip.send(9);
    irqchip.route(9, LEVEL);
    irqchip.route(9, EDGE);
    irqchip.send(9);

    verify(kvm).signalMsi(EDGE);
    verify(kvm, times(1)).signalMsi(any());
  }
}
