package org.kvm4j.devices.irqchip;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code pic}. */
public final class PicProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public PicProvider() {
    super(
        API_VERSION,
        "pic",
        "pair of 8259A interrupt controllers with ELCR",
        List.of(),
        Pic.RESOURCES,
        Pic::create);
  }
}
