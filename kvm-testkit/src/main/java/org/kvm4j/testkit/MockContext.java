package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.kvm4j.GuestMemory;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioBus;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.Firmware;
import org.kvm4j.device.HostRequest;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmTimer;

/** The context of one device on a {@link MockMachine}, and all that is the device's there. */
final class MockContext implements DeviceContext {

  private static final Pattern STREAM_SPEC =
      Pattern.compile("stdio|stderr|null|memory|pty|file:.+|unix:.+");

  private final MockMachine machine;
  private final String id;
  private final DeviceOptions options;
  private final DeviceLock lock;
  private final RecordingLog log;
  private final RecordingFirmware firmware = new RecordingFirmware();
  private final Map<HostRequest, List<Runnable>> requests = new EnumMap<>(HostRequest.class);
  private final List<SharedLine.Source> lines = new ArrayList<>(); // guarded by this
  private final List<MockProcessors.Member> controllers = new ArrayList<>(); // guarded by this
  private final List<Integer> interrupts = new ArrayList<>(); // guarded by this
  private final Map<String, MemoryStream> streams = new LinkedHashMap<>(); // guarded by this
  private volatile boolean registering = true;

  MockContext(MockMachine machine, String id, DeviceOptions options, DeviceLock lock) {
    this.machine = machine;
    this.id = id;
    this.options = options;
    this.lock = lock;
    this.log = new RecordingLog("org.kvm4j.device." + id);
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public DeviceOptions options() {
    return options;
  }

  @Override
  public PioBus pio() {
    return new ContextPio();
  }

  @Override
  public MmioBus mmio() {
    return new ContextMmio();
  }

  @Override
  public synchronized InterruptLine interruptLine(int gsi) {
    SharedLine.Source source = machine.sharedLine(gsi).newSource();
    lines.add(source);
    interrupts.add(gsi);
    return source;
  }

  @Override
  public synchronized InterruptOutput interruptController(InterruptController controller) {
    checkRegistering();
    MockProcessors.Member member = machine.processors().add(lock, controller);
    controllers.add(member);
    return member;
  }

  @Override
  public VmClock clock() {
    return machine.clock();
  }

  @Override
  public VmTimer timer(Runnable task) {
    return machine.clock().timer(task, lock);
  }

  @Override
  public synchronized void onHostRequest(HostRequest request, Runnable task) {
    checkRegistering();
    requests.computeIfAbsent(request, r -> new ArrayList<>()).add(task);
  }

  /** As the host does; whether the device takes it. */
  boolean ask(HostRequest request) {
    List<Runnable> tasks = requests.getOrDefault(request, List.of());
    tasks.forEach(lock::locked);
    return !tasks.isEmpty();
  }

  /** Every stream is one in memory, but what cannot be opened in a real VM cannot here either. */
  @Override
  public synchronized HostStream stream(String spec) {
    if (!STREAM_SPEC.matcher(spec).matches()) {
      throw new DeviceConfigurationException(
          ("Device %s: no stream '%s'. Use stdio, stderr, null, memory, file:PATH, pty or"
                  + " unix:PATH.")
              .formatted(id, spec));
    }
    if (streams.containsKey(spec)) {
      throw new DeviceConfigurationException(
          "Device %s has stream %s open. Use the one it has.".formatted(id, spec));
    }
    MemoryStream stream = new MemoryStream(lock);
    streams.put(spec, stream);
    return stream;
  }

  @Override
  public Firmware firmware() {
    checkRegistering();
    return firmware;
  }

  @Override
  public VmControl control() {
    return machine.control();
  }

  @Override
  public GuestMemory memory() {
    return machine.memory();
  }

  @Override
  public System.Logger log() {
    return log;
  }

  RecordingLog recordedLog() {
    return log;
  }

  RecordingFirmware recordedFirmware() {
    return firmware;
  }

  synchronized List<Integer> interrupts() {
    return List.copyOf(interrupts);
  }

  synchronized Map<String, MemoryStream> streams() {
    return new LinkedHashMap<>(streams);
  }

  /** From now on, registering is refused. */
  void created() {
    registering = false;
  }

  /** Takes the closed device off its lines and the processors. */
  synchronized void release() {
    lines.forEach(SharedLine.Source::release);
    controllers.forEach(MockProcessors.Member::release);
  }

  private void checkRegistering() {
    if (!registering) {
      throw new IllegalStateException(
          "Device %s registers a range or tells the firmware after create() returned. Do it within."
              .formatted(id));
    }
  }

  private final class ContextPio implements PioBus {

    @Override
    public void register(int base, int length, PioHandler handler) {
      checkRegistering();
      String region = "port 0x%x".formatted(base);
      machine.pio().register(id, base, length, handler, inner -> lock.guard(region, inner));
    }

    @Override
    public int read(int port, int size) {
      return machine.pio().read(port, size);
    }

    @Override
    public void write(int port, int size, int value) {
      machine.pio().write(port, size, value);
    }
  }

  private final class ContextMmio implements MmioBus {

    @Override
    public void register(long base, long length, MmioHandler handler) {
      checkRegistering();
      String region = "address 0x%x".formatted(base);
      machine.mmio().register(id, base, length, handler, inner -> lock.guard(region, inner));
    }

    @Override
    public long read(long address, int size) {
      return machine.mmio().read(address, size);
    }

    @Override
    public void write(long address, int size, long value) {
      machine.mmio().write(address, size, value);
    }
  }
}
