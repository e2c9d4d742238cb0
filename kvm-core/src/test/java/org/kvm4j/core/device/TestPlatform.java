package org.kvm4j.core.device;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceFaultException;
import org.kvm4j.device.HostStream;
import org.kvm4j.testkit.FakeGuestMemory;
import org.kvm4j.testkit.MemoryStream;
import org.kvm4j.testkit.RecordingControl;

/** A VM without a guest around a {@link DeviceSet}. */
final class TestPlatform implements AutoCloseable {

  final PioSpace pio = new PioSpace();
  final MmioSpace mmio = new MmioSpace();
  final VmTime time = new VmTime();
  final RecordingControl control = new RecordingControl();
  final FakeGuestMemory memory = new FakeGuestMemory(0x1000);

  /** What arrived at the interrupt controllers, such as {@code 4 high}. */
  final List<String> lines = new CopyOnWriteArrayList<>();

  final List<DeviceFaultException> faults = new CopyOnWriteArrayList<>();
  final List<String> closedStreams = new CopyOnWriteArrayList<>();

  /** What the host does when a stream is opened. */
  Runnable onOpen = () -> {};

  final Map<String, MemoryStream> streams = new ConcurrentHashMap<>();
  final DeviceSet devices;

  TestPlatform() {
    this(Platform.STANDARD_CALL_BUDGET);
  }

  /** With so much time for a device's calls. */
  TestPlatform(Duration callBudget) {
    devices =
        new DeviceSet(
            new Platform(
                pio,
                mmio,
                (gsi, high) -> lines.add(gsi + (high ? " high" : " low")),
                time,
                control,
                memory,
                this::open,
                callBudget,
                faults::add));
  }

  /** Adds a device with its default options. */
  String add(TestProvider provider) {
    return devices.add(provider, Map.of());
  }

  @Override
  public void close() {
    devices.close();
    time.close();
  }

  private HostStream open(String deviceId, String spec) {
    if (spec.equals("broken")) {
      throw new DeviceConfigurationException("Device " + deviceId + ": no such stream");
    }
    onOpen.run();
    MemoryStream stream = new MemoryStream();
    streams.put(deviceId + " " + spec, stream);
    return new Closeable(stream, () -> closedStreams.add(deviceId + " " + spec), spec);
  }

  /** {@link MemoryStream} needs no closing, but streams to the host do. */
  private record Closeable(MemoryStream stream, Runnable onClose, String spec)
      implements HostStream, AutoCloseable {
    @Override
    public int read() {
      return stream.read();
    }

    @Override
    public boolean write(int value) {
      return stream.write(value);
    }

    @Override
    public void onReady(Runnable task) {
      stream.onReady(task);
    }

    @Override
    public void close() {
      onClose.run();
      if (spec.equals("fails to close")) {
        throw new AssertionError("cannot close");
      }
    }
  }
}
