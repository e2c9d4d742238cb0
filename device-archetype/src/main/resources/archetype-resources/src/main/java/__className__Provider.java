package ${package};

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.resource.FixedResource;

/** Makes the device: {@code --device ${artifactId},irq=10}. */
public final class ${className}Provider extends AbstractDeviceProvider {

  private static final DeviceOption<Long> BASE =
      DeviceOption.addresses(
          "base", ${className}.SIZE_BYTES, DeviceOption.ANY, "where its registers are");

  private static final DeviceOption<Integer> IRQ =
      DeviceOption.interrupt("irq", DeviceOption.ANY, "its interrupt");

  /** For {@link java.util.ServiceLoader}. */
  public ${className}Provider() {
    super(
        API_VERSION,
        "${artifactId}",
        "countdown with an interrupt",
        List.of(BASE, IRQ),
        ${className}Provider::newDevice);
  }

  private static Device newDevice(DeviceContext context) {
    long base = context.options().value(BASE);
    int irq = context.options().value(IRQ);
    ${className} device = new ${className}(context.interruptLine(irq), context.clock(), context::timer);
    context.mmio().register(base, ${className}.SIZE_BYTES, device);
    context
        .firmware()
        .acpiDevice(
            new AcpiDevice(
                "TEST",
                "TEST0001",
                List.of(
                    FixedResource.addresses(base, ${className}.SIZE_BYTES),
                    FixedResource.interrupt(irq)),
                AcpiDevice.Trigger.LEVEL));
    return device;
  }
}
