package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code post-code}. */
public final class PostCodeProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public PostCodeProvider() {
    super(
        API_VERSION,
        "post-code",
        "POST code latch, port 0x80",
        List.of(),
        PostCode.RESOURCES,
        PostCode::create);
  }
}
