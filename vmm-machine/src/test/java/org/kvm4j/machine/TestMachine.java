package org.kvm4j.machine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.kvm4j.Hypervisor;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.stream.HostStreams;
import org.kvm4j.core.stream.MemoryEnd;
import org.kvm4j.core.stream.OpenStream;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.HostStream;

/** A machine on the host's KVM with all devices there are; its streams end in memory. */
final class TestMachine implements AutoCloseable {

  static final long MEMORY_BYTES = 16 << 20;

  private final Map<String, OpenStream> streams = new HashMap<>();
  private final Machine machine;

  /**
   * Builds it.
   *
   * @param more devices of the test's own
   */
  TestMachine(MachineConfig config, DeviceProvider... more) {
    List<DeviceProvider> providers = new ArrayList<>();
    DeviceCatalog.load().all().forEach(type -> providers.add(type.provider()));
    providers.addAll(List.of(more));
    try (Hypervisor hypervisor = Kvm.open()) {
      machine = Machine.create(hypervisor, config, DeviceCatalog.of(providers), this::openStream);
    }
  }

  /** A PC with one vCPU and a serial port that ends in memory. */
  static MachineConfig pc(GuestCode code) {
    return pc(code, 1);
  }

  static MachineConfig pc(GuestCode code, int vcpus) {
    return MachineConfig.standard(MEMORY_BYTES, vcpus, code.boot()).withDevices(quietDevices());
  }

  /** The standard ones, with a serial port that leaves this process's standard streams alone. */
  static List<DeviceRequest> quietDevices() {
    return DeviceRequest.merge(
        MachineConfig.STANDARD_DEVICES, List.of(DeviceRequest.parse("serial,backend=memory")));
  }

  /** Runs such a PC to its end, and says how it ended. */
  static MachineEnd run(GuestCode code) throws InterruptedException {
    try (TestMachine machine = new TestMachine(pc(code))) {
      return machine.run();
    }
  }

  private HostStream openStream(String deviceId, String spec) {
    OpenStream stream = HostStreams.open(spec);
    streams.put(deviceId, stream);
    return stream;
  }

  MachineEnd run() throws InterruptedException {
    machine.start();
    return machine.await();
  }

  Machine machine() {
    return machine;
  }

  /** The other side of the first serial port. */
  MemoryEnd serial() {
    return streams.get("serial").memoryEnd().orElseThrow();
  }

  @Override
  public void close() {
    machine.close();
  }
}
