package org.kvm4j.devices.platform;

import java.util.List;

/** Offers the device {@code post-code}. */
public final class PostCodeProvider extends PlatformDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public PostCodeProvider() {
    super("post-code", "POST code latch, port 0x80", List.of(), PostCode::create);
  }
}
