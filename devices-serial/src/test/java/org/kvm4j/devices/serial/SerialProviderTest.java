package org.kvm4j.devices.serial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.devices.serial.SerialReg.UART_IER;
import static org.kvm4j.devices.serial.SerialReg.UART_IER_THRI;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR;
import static org.kvm4j.devices.serial.SerialReg.UART_MCR_OUT2;
import static org.kvm4j.devices.serial.SerialReg.UART_TX;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.bus.PioBus;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.Firmware;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmTimer;
import org.kvm4j.testkit.FakeClock;
import org.kvm4j.testkit.MockMachine;

/** What a user can set. */
class SerialProviderTest {

  private final SerialProvider provider = new SerialProvider();

  @Test
  void defaults_areCom1OnStdio() {
    try (MockMachine machine = MockMachine.with(provider)) {
      machine.pio().writeByte(0x3f8 + UART_TX, 'x');

      assertEquals("x", machine.stream("stdio").received());
    }
  }

  @Test
  void twoPorts_areIndependent() {
    try (MockMachine machine = MockMachine.with(provider)) {
      machine.add(provider, Map.of("base", "0x2f8", "irq", "3", "backend", "file:log"));
      machine.pio().writeByte(0x2f8 + UART_MCR, UART_MCR_OUT2);
      machine.pio().writeByte(0x2f8 + UART_IER, UART_IER_THRI);
      machine.pio().writeByte(0x2f8 + UART_TX, 'x');

      assertEquals("x", machine.stream("file:log").received());
      assertEquals("", machine.stream("stdio").received());
      assertTrue(machine.line(3).isHigh());
      assertEquals(0, machine.line(4).edges());
    }
  }

  @Test
  void overlappingPorts_areAConflict() {
    try (MockMachine machine = MockMachine.with(provider)) {
      Map<String, String> options = Map.of("base", "0x3f0", "irq", "3");
      machine.add(provider, options);
      Map<String, String> overlapping = Map.of("base", "0x3ff");
      assertThrows(DeviceConflictException.class, () -> machine.add(provider, overlapping));
    }
  }

  @ParameterizedTest
  @CsvSource({"irq, 24", "irq, -1", "base, 0xfff9", "base, com1", "backend, tcp:1", "baud, 9600"})
  void badOption_isRefused(String name, String value) {
    try (MockMachine machine = new MockMachine()) {
      Map<String, String> options = Map.of(name, value);
      assertThrows(DeviceConfigurationException.class, () -> machine.add(provider, options));
    }
  }

  @Test
  void create_takesEightPortsOfAnEightBitChip() {
    PioBus pio = mock();
    DeviceContext context = mock();
    FakeClock clock = new FakeClock();
    HostStream host = mock();
    when(host.read()).thenReturn(HostStream.NOTHING);
    when(context.options()).thenReturn(DeviceOptions.defaults(provider.options()));
    when(context.pio()).thenReturn(pio);
    when(context.clock()).thenReturn(clock);
    when(context.timer(any())).thenReturn(mock(VmTimer.class));
    when(context.interruptLine(4)).thenReturn(mock(InterruptLine.class));
    when(context.stream(anyString())).thenReturn(host);
    when(context.firmware()).thenReturn(mock(Firmware.class));

    Uart16550 uart = (Uart16550) provider.create(context);

    verify(pio).register(0x3f8, 8, uart);
    assertEquals(1, uart.maxAccessBytes());
  }
}
