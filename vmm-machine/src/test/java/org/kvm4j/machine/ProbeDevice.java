package org.kvm4j.machine;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOption;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/**
 * A device at one port that does what a test says and tells whether it was closed. It is its own
 * provider.
 */
final class ProbeDevice implements DeviceProvider, Device, PioHandler {

  static final int PORT = 0x200;

  private final String type;
  private final Consumer<DeviceContext> onCreate;
  private final Consumer<DeviceContext> onAccess;
  private DeviceContext context;
  private volatile int answer;
  private volatile boolean closed;
  private final AtomicInteger resets = new AtomicInteger();

  ProbeDevice(String type, Consumer<DeviceContext> onCreate, Consumer<DeviceContext> onAccess) {
    this.type = type;
    this.onCreate = onCreate;
    this.onAccess = onAccess;
  }

  /** Does something whenever the guest reads or writes its port. */
  static ProbeDevice onAccess(Consumer<DeviceContext> action) {
    return new ProbeDevice("probe", context -> {}, action);
  }

  /** Does something when it is created. */
  static ProbeDevice onCreate(Consumer<DeviceContext> action) {
    return new ProbeDevice("probe", action, context -> {});
  }

  /** Reads as a number. */
  static ProbeDevice answering(int answer) {
    ProbeDevice device = onAccess(context -> {});
    device.answer(answer);
    return device;
  }

  /** Reads as another number from now on. */
  void answer(int newAnswer) {
    answer = newAnswer;
  }

  /** Has a bug: every access throws. */
  static ProbeDevice faulty() {
    return onAccess(
        context -> {
          throw new IllegalStateException("a bug");
        });
  }

  int resets() {
    return resets.get();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public String type() {
    return type;
  }

  @Override
  public String description() {
    return "a device of a test";
  }

  @Override
  public List<DeviceOption<?>> options() {
    return List.of();
  }

  @Override
  public Device create(DeviceContext newContext) {
    context = newContext;
    context.pio().register(PORT, 1, this);
    onCreate.accept(context);
    return this;
  }

  @Override
  public int read(int offset, int size) {
    onAccess.accept(context);
    return answer;
  }

  @Override
  public void write(int offset, int size, int value) {
    onAccess.accept(context);
  }

  @Override
  public void reset() {
    resets.incrementAndGet();
  }

  @Override
  public void save(StateWriter out) {}

  @Override
  public void restore(StateReader in) {}

  @Override
  public void close() {
    closed = true;
  }
}
