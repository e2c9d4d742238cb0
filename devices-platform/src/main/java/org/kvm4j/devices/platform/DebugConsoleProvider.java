package org.kvm4j.devices.platform;

import java.util.List;
import org.kvm4j.device.AbstractDeviceProvider;

/** Offers the device {@code debug-console}. */
public final class DebugConsoleProvider extends AbstractDeviceProvider {

  /** For {@link java.util.ServiceLoader}. */
  public DebugConsoleProvider() {
    super(
        API_VERSION,
        "debug-console",
        "port that prints what is written to it",
        List.of(DebugConsole.BASE, DebugConsole.BACKEND),
        DebugConsole::create);
  }
}
