package com.example.thermometer;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.resource.FixedResource;

/** Makes thermometers: {@code --device thermometer,temperature=21500,fault=no-irq}. */
public final class ThermometerProvider extends AbstractDeviceProvider {

  private static final DeviceOption<Long> BASE =
      DeviceOption.addresses("base", Reg.SIZE_BYTES, DeviceOption.ANY, "where its registers are");

  private static final DeviceOption<Integer> IRQ =
      DeviceOption.interrupt("irq", DeviceOption.ANY, "its interrupt");

  private static final DeviceOption<Integer> TEMPERATURE =
      DeviceOption.number(
          "temperature",
          Sensor.MIN_MILLIDEGREES,
          Sensor.MAX_MILLIDEGREES,
          25_000,
          "how warm it is, in thousandths of a degree Celsius");

  private static final DeviceOption<Fault> FAULT =
      DeviceOption.choice("fault", Fault.words(), Fault.NONE.word(), "what is wrong with it")
          .map(word -> Fault.of(word).orElseThrow());

  private static final DeviceOption<String> CONTROL =
      DeviceOption.text(
          "control",
          "null|pty|unix:PATH|memory",
          "null",
          "where the host says 'temperature N' and 'fault WORD'");

  /** For {@link java.util.ServiceLoader}. */
  public ThermometerProvider() {
    super(
        API_VERSION,
        "thermometer",
        "KT100 thermometer, with faults on demand",
        List.of(BASE, IRQ, TEMPERATURE, FAULT, CONTROL),
        ThermometerProvider::newThermometer);
  }

  private static Device newThermometer(DeviceContext context) {
    DeviceOptions options = context.options();
    long base = options.value(BASE);
    int irq = options.value(IRQ);
    Thermometer thermometer =
        new Thermometer(
            context.interruptLine(irq),
            context.clock(),
            context::timer,
            new Sensor(options.value(TEMPERATURE), options.value(FAULT)),
            context.stream(options.value(CONTROL)));
    context.mmio().register(base, Reg.SIZE_BYTES, thermometer);
    context
        .firmware()
        .acpiDevice(
            new AcpiDevice(
                "THRM",
                "KVMJ0001",
                List.of(
                    FixedResource.addresses(base, Reg.SIZE_BYTES), FixedResource.interrupt(irq)),
                AcpiDevice.Trigger.LEVEL));
    return thermometer;
  }
}
