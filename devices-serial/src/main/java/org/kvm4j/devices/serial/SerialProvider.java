package org.kvm4j.devices.serial;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.resource.FixedResource;

/** Makes 16550A serial ports: {@code --device serial,base=0x3f8,irq=4,backend=stdio}. */
public final class SerialProvider extends AbstractDeviceProvider {

  private static final DeviceOption<Integer> BASE =
      DeviceOption.ports("base", SerialReg.UART_PORTS, "0x3f8", "first of its eight ports");

  private static final DeviceOption<Integer> IRQ =
      DeviceOption.sharedInterrupt("irq", "4", "interrupt line: 4 for COM1, 3 for COM2");

  private static final DeviceOption<String> BACKEND =
      DeviceOption.text(
          "backend",
          "stdio|stderr|null|memory|file:PATH|pty|unix:PATH",
          "stdio",
          "where the line ends on the host");

  /** For {@link java.util.ServiceLoader}. */
  public SerialProvider() {
    super(
        API_VERSION,
        "serial",
        "16550A serial port",
        List.of(BASE, IRQ, BACKEND),
        SerialProvider::newUart);
  }

  private static Device newUart(DeviceContext context) {
    DeviceOptions options = context.options();
    Uart16550 uart =
        new Uart16550(
            context.interruptLine(options.value(IRQ)),
            context.stream(options.value(BACKEND)),
            context.clock(),
            context::timer,
            new LostOutputWarning(context.log(), context.id()));
    context.pio().register(options.value(BASE), SerialReg.UART_PORTS, uart);
    context
        .firmware()
        .acpiDevice(
            AcpiDevice.of(
                "COM",
                "PNP0501",
                FixedResource.ports(options.value(BASE), SerialReg.UART_PORTS),
                FixedResource.interrupt(options.value(IRQ))));
    return uart;
  }
}
