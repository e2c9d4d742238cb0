package org.kvm4j.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioBus;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;
import org.kvm4j.testkit.MapState;
import org.mockito.ArgumentCaptor;
import org.mockito.Captor;
import org.mockito.InOrder;
import org.mockito.Mock;
import org.mockito.junit.jupiter.MockitoExtension;

/**
 * A device tested with Mockito instead of the kit's fakes: for those who want to say which call
 * comes when. The mocks take the place of all that a device has of the world.
 */
@ExtendWith(MockitoExtension.class)
final class MockitoTest {

  private static final long PERIOD_NANOS = 1_000_000;

  @Mock private DeviceContext context;
  @Mock private PioBus pio;
  @Mock private MmioBus mmio;
  @Mock private InterruptLine line;
  @Mock private VmClock clock;
  @Mock private VmTimer timer;
  @Captor private ArgumentCaptor<PioHandler> ports;
  @Captor private ArgumentCaptor<MmioHandler> registers;
  @Captor private ArgumentCaptor<Runnable> task;
  private Metronome metronome;

  @BeforeEach
  void createDevice() {
    when(context.pio()).thenReturn(pio);
    when(context.mmio()).thenReturn(mmio);
    when(context.clock()).thenReturn(clock);
    when(context.timer(any())).thenReturn(timer);
    when(context.interruptLine(anyInt())).thenReturn(line);
    metronome = new Metronome(context);
    verify(context).interruptLine(Metronome.IRQ);
    verify(context).timer(task.capture());
    verify(mmio).register(eq(Metronome.REGISTER), eq(4L), registers.capture());
    verify(pio).register(eq(Metronome.ACKNOWLEDGE_PORT), eq(1), ports.capture());
  }

  @Test
  void writingThePeriod_armsTheTimer_fromNowOn() {
    when(clock.nanoTime()).thenReturn(500L);

    registers.getValue().write(0, 4, PERIOD_NANOS);

    verify(timer).arm(500 + PERIOD_NANOS);
    assertEquals(PERIOD_NANOS, registers.getValue().read(0, 4));
  }

  @Test
  void tick_raisesTheLine_andThePortLowersIt() {
    registers.getValue().write(0, 4, PERIOD_NANOS);

    task.getValue().run();
    ports.getValue().write(0, 1, 0);

    InOrder inOrder = inOrder(line);
    inOrder.verify(line).set(true);
    inOrder.verify(line).set(false);
    inOrder.verifyNoMoreInteractions();
  }

  @Test
  void restoredPeriod_armsTheTimer() {
    metronome.restore(new MapState().put("periodNanos", PERIOD_NANOS));

    verify(timer).arm(PERIOD_NANOS);
  }

  @Test
  void reset_cancelsTheTimer_andLowersTheLine() {
    metronome.reset();

    verify(timer).cancel();
    verify(line).set(false);
  }

  @Test
  void provider_worksOnAMock_withItsOptionsParsed() {
    DiceProvider provider = new DiceProvider();
    DeviceContext other = mock();
    when(other.pio()).thenReturn(pio);
    when(other.options())
        .thenReturn(DeviceOptions.parse("dice", provider.options(), Map.of("base", "0x600")));

    provider.create(other);

    verify(pio).register(eq(0x600), eq(1), ports.capture());
    assertEquals(1, ports.getValue().read(0, 1));
  }
}
