package org.kvm4j.devices.platform;

import java.lang.System.Logger.Level;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/**
 * A port that prints: each byte written is a character of output. No set-up, no waiting, nothing to
 * read, which makes it the first thing that works in a kernel or a firmware.
 *
 * <p>It has no state that a guest could see: reads are constant.
 */
final class DebugConsole implements Device, PioHandler {

  static final DeviceOption<Integer> BASE =
      DeviceOption.ports("base", 1, "0xe9", "its port; firmware uses 0x402");
  static final DeviceOption<String> BACKEND =
      DeviceOption.text(
          "backend",
          "stderr|stdio|null|memory|file:PATH|pty|unix:PATH",
          "stderr",
          "where the output goes on the host");

  /** What says that the port is there, whichever port it is; firmware prints nothing otherwise. */
  private static final int PRESENT = 0xe9;

  private final HostStream stream;
  private final System.Logger log;
  private final String id;
  private boolean lossLogged;

  private DebugConsole(HostStream stream, System.Logger log, String id) {
    this.stream = stream;
    this.log = log;
    this.id = id;
  }

  static Device create(DeviceContext context) {
    DebugConsole device =
        new DebugConsole(
            context.stream(context.options().value(BACKEND)), context.log(), context.id());
    context.pio().register(context.options().value(BASE), 1, device);
    return device;
  }

  @Override
  public int read(int offset, int size) {
    return PRESENT;
  }

  /** A guest cannot be told that the host is behind, and must not wait: the character is lost. */
  @Override
  public void write(int offset, int size, int value) {
    if (!stream.write(value) && !lossLogged) {
      lossLogged = true;
      log.log(
          Level.WARNING,
          "Output of {0} was lost: the guest went on writing while nobody read. "
              + "Read its back-end faster.",
          id);
    }
  }

  @Override
  public int maxAccessBytes() {
    return 1;
  }

  @Override
  public void reset() {}

  @Override
  public void save(StateWriter out) {}

  @Override
  public void restore(StateReader in) {}
}
