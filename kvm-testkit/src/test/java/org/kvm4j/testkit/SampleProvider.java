package org.kvm4j.testkit;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;

/** Makes the device that the test kit is tested with, and broken ones. */
public class SampleProvider implements DeviceProvider {

  static final DeviceOption<Integer> BASE =
      DeviceOption.ports("base", 4, "0x500", "the first of its 4 ports");
  static final DeviceOption<Long> SCRATCH =
      DeviceOption.addresses("scratch", 8, DeviceOption.ANY, "its scratch register");
  static final DeviceOption<Integer> IRQ =
      DeviceOption.sharedInterrupt("irq", "5", "its interrupt");

  private final Set<Flaw> flaws;

  /** Makes one without flaws. */
  public SampleProvider() {
    flaws = EnumSet.noneOf(Flaw.class);
  }

  SampleProvider(Flaw flaw) {
    flaws = EnumSet.of(flaw);
  }

  @Override
  public int apiVersion() {
    return flaws.contains(Flaw.WRONG_API_VERSION) ? API_VERSION + 1 : API_VERSION;
  }

  @Override
  public String type() {
    return flaws.contains(Flaw.TYPE_WITH_CAPITALS) ? "Sample" : "sample";
  }

  @Override
  public String description() {
    return "A mailbox with an interval timer";
  }

  @Override
  public List<DeviceOption<?>> options() {
    return flaws.contains(Flaw.OPTION_TWICE)
        ? List.of(BASE, SCRATCH, IRQ, IRQ)
        : List.of(BASE, SCRATCH, IRQ);
  }

  @Override
  public Device create(DeviceContext context) {
    return new SampleDevice(context, flaws);
  }

  /** A provider in no list of services. */
  public static final class Unlisted extends SampleProvider {

    /** Makes one without flaws of its own. */
    public Unlisted() {}
  }
}
