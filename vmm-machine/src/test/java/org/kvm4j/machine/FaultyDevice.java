package org.kvm4j.machine;

import java.util.List;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** A device with a bug: each access throws. It is its own provider. */
final class FaultyDevice implements DeviceProvider, Device, PioHandler {

  static final int PORT = 0x200;
  static final List<DeviceRequest> REQUESTS = List.of(DeviceRequest.of("faulty"));

  private volatile boolean closed;

  boolean isClosed() {
    return closed;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public String type() {
    return "faulty";
  }

  @Override
  public String description() {
    return "throws";
  }

  @Override
  public List<DeviceOption<?>> options() {
    return List.of();
  }

  @Override
  public Device create(DeviceContext context) {
    context.pio().register(PORT, 1, this);
    return this;
  }

  @Override
  public int read(int offset, int size) {
    throw new IllegalStateException("a bug");
  }

  @Override
  public void write(int offset, int size, int value) {
    throw new IllegalStateException("a bug");
  }

  @Override
  public void reset() {}

  @Override
  public void save(StateWriter out) {}

  @Override
  public void restore(StateReader in) {}

  @Override
  public void close() {
    closed = true;
  }
}
