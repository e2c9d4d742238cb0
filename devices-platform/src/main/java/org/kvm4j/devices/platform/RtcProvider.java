package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code rtc}. */
public final class RtcProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public RtcProvider() {
    super(
        API_VERSION,
        "rtc",
        "MC146818A real-time clock with CMOS RAM, ports 0x70 and 0x71",
        List.of(Rtc.IRQ, Rtc.MEMORY_BELOW_4G, Rtc.MEMORY_ABOVE_4G, Rtc.CPUS),
        Rtc.RESOURCES,
        Rtc::create);
  }
}
