package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.kvm4j.GuestMemory;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.HostRequest;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.resource.ResourcePlan;
import org.kvm4j.resource.ResourceRequest;

/**
 * A VM without CPU and KVM, for devices to be tested on: the test is the guest and the host.
 *
 * <pre>{@code
 * try (MockMachine machine = MockMachine.with(new SerialProvider(), Map.of("irq", "3"))) {
 *   machine.pio().write(0x3f8 + UART_IER, 1, UART_IER_RDI);
 *   machine.stream().send("x");
 *   assertTrue(machine.line(3).isHigh());
 * }
 * }</pre>
 *
 * <p>It keeps the promises of {@link org.kvm4j.device.DeviceContext}: options are parsed and
 * checked, a device's lock is held around every call of it, lines of several devices are OR-ed,
 * ranges are registered only during {@code create}. Where the framework reports a device's
 * exception and goes on, it throws a {@link org.kvm4j.device.DeviceFaultException} at the access.
 * If {@link #add} throws, give up the machine: ranges registered until then stay.
 *
 * <p>{@link #close} closes the devices in reverse order and then takes what is theirs away: ranges
 * are unclaimed, lines low, and timers and stream callbacks never run again, armed or not.
 *
 * <p>Threading: any thread for what it hands out; {@code add} and {@code close} by one.
 */
public final class MockMachine implements AutoCloseable {

  /** The RAM, from address 0 on. */
  public static final int MEMORY_BYTES = 1 << 20;

  static final int GSI_COUNT = 24;

  /**
   * Where devices that take any address are put: the GiB below 4 GiB, less what a PC has at its
   * end.
   */
  private static final FixedResource ANY_ADDRESSES =
      FixedResource.addresses(0xc000_0000L, 0x3ec0_0000L);

  private final FakePioBus pio = new FakePioBus();
  private final FakeMmioBus mmio = new FakeMmioBus();
  private final FakeClock clock = new FakeClock();
  private final MockProcessors processors = new MockProcessors();
  private final RecordingControl control = new RecordingControl();
  private final GuestMemory memory;
  private final List<SharedLine> lines;
  private final Map<String, MockDevice> devices = new LinkedHashMap<>();
  private final ResourcePlan plan = new ResourcePlan(ANY_ADDRESSES);

  /** Without devices; for a test that sets the clock first, or adds several. */
  public MockMachine() {
    this(new FakeGuestMemory(MEMORY_BYTES), (gsi, high) -> {});
  }

  /**
   * With RAM and interrupt controllers of a real VM.
   *
   * @param memory closed by its owner, after this machine
   * @param controllers told of each change of a line: GSI and level
   */
  MockMachine(GuestMemory memory, BiConsumer<Integer, Boolean> controllers) {
    this.memory = memory;
    lines =
        IntStream.range(0, GSI_COUNT)
            .mapToObj(gsi -> new SharedLine(clock, high -> tell(controllers, gsi, high)))
            .toList();
  }

  private void tell(BiConsumer<Integer, Boolean> controllers, int gsi, boolean high) {
    controllers.accept(gsi, high);
    processors.setLine(gsi, high);
  }

  /** A machine with one device and its default options. */
  public static MockMachine with(DeviceProvider provider) {
    return with(provider, Map.of());
  }

  /** A machine with one device; option name to text. */
  public static MockMachine with(DeviceProvider provider, Map<String, String> options) {
    MockMachine machine = new MockMachine();
    machine.add(provider, options);
    return machine;
  }

  /** As {@link #add(DeviceProvider, Map)}, with the default options. */
  public Device add(DeviceProvider provider) {
    return add(provider, Map.of());
  }

  /**
   * Creates a device on this machine.
   *
   * @param options option name to text, as a user gives them
   * @return the device, each call of it made with its lock held. Its name is the provider's type,
   *     from the second of a type on with a number: {@code serial-2}
   * @throws DeviceConfigurationException if an option is unknown or has a bad value
   * @throws org.kvm4j.device.DeviceConflictException if a range overlaps another, or an interrupt
   *     that cannot be shared is taken
   */
  public Device add(DeviceProvider provider, Map<String, String> options) {
    String id = freeId(provider.type());
    DeviceLock lock = new DeviceLock(id);
    ResourceRequest request = new ResourceRequest(id, "under test", provider, options);
    Map<String, String> planned = plan.place(List.of(request)).get(id);
    DeviceOptions parsed = DeviceOptions.parse(id, provider.options(), planned);
    MockContext context = new MockContext(this, id, parsed, lock);
    Device created = lock.locked(() -> provider.create(context));
    Objects.requireNonNull(created, () -> "create() of " + id + " returned null");
    context.created();
    MockDevice device = new MockDevice(created, context, lock);
    devices.put(id, device);
    return device;
  }

  /**
   * Asks something of the guest, as the host does.
   *
   * @return whether a device takes such a request
   */
  public boolean ask(HostRequest request) {
    boolean taken = false;
    for (MockDevice device : devices.values()) {
      taken |= device.context().ask(request);
    }
    return taken;
  }

  /** The guest's ports. */
  public FakePioBus pio() {
    return pio;
  }

  /** The guest's addresses outside RAM. */
  public FakeMmioBus mmio() {
    return mmio;
  }

  /**
   * What arrives at an input of the interrupt controllers, whether a device asked for it or not.
   *
   * @param gsi 0 to 23
   * @throws DeviceConfigurationException if there is no such GSI
   */
  public RecordingLine line(int gsi) {
    return sharedLine(gsi).output();
  }

  /** The VM's clock. */
  public FakeClock clock() {
    return clock;
  }

  /** The processors, for devices that are interrupt controllers. */
  public MockProcessors processors() {
    return processors;
  }

  /** What the devices asked of the VM. */
  public RecordingControl control() {
    return control;
  }

  /** The guest's RAM, {@link #MEMORY_BYTES} from address 0 on. */
  public GuestMemory memory() {
    return memory;
  }

  /**
   * The only stream that devices have opened.
   *
   * @throws IllegalStateException if there is none, or more than one
   */
  public MemoryStream stream() {
    return only(streams(""), "stream");
  }

  /**
   * The only stream that a device has opened, or the only one opened by a text.
   *
   * @param name a device's id ({@code serial-2}), the text ({@code file:log}), or both ({@code
   *     serial-2 file:log})
   * @throws IllegalStateException if there is none, or more than one
   */
  public MemoryStream stream(String name) {
    return only(streams(name), "stream '%s'".formatted(name));
  }

  /**
   * The only device.
   *
   * @throws IllegalStateException if there is none, or more than one
   */
  public Device device() {
    return onlyDevice();
  }

  /**
   * The device of this name.
   *
   * @throws IllegalStateException if there is none
   */
  public Device device(String id) {
    return mockDevice(id);
  }

  /**
   * What the only device has logged.
   *
   * @throws IllegalStateException if there is none, or more than one
   */
  public RecordingLog log() {
    return onlyDevice().context().recordedLog();
  }

  /** What the device of this name has logged. */
  public RecordingLog log(String id) {
    return mockDevice(id).context().recordedLog();
  }

  /**
   * What the only device has told the firmware.
   *
   * @throws IllegalStateException if there is none, or more than one
   */
  public RecordingFirmware firmware() {
    return onlyDevice().context().recordedFirmware();
  }

  /** What the device of this name has told the firmware. */
  public RecordingFirmware firmware(String id) {
    return mockDevice(id).context().recordedFirmware();
  }

  /** Resets all devices, as the machine's reset does; RAM stays. */
  public void reset() {
    devices.values().forEach(Device::reset);
  }

  /** Closes all devices; see above for what happens to what they leave. Idempotent. */
  @Override
  public void close() {
    List<MockDevice> reversed = new ArrayList<>(devices.values());
    Collections.reverse(reversed);
    reversed.forEach(MockDevice::close);
    pio.space().clear();
    mmio.space().clear();
    if (memory instanceof FakeGuestMemory fake) {
      fake.close();
    }
  }

  /** Gives ports to someone who is no device; a device that wants them hears the name. */
  void claim(String owner, int base, int length, PioHandler handler) {
    reserve(owner, FixedResource.ports(base, length));
    pio.register(owner, base, length, handler, UnaryOperator.identity());
  }

  /** Keeps devices away from a place where accesses do not reach this machine. */
  void reserve(String owner, FixedResource place) {
    plan.reserve(owner, place);
  }

  /** Tells the interrupt controllers of a line that is high as if it had just risen. */
  void repeatLevel(int gsi) {
    sharedLine(gsi).repeatLevel();
  }

  SharedLine sharedLine(int gsi) {
    return lines.get(checkedGsi(gsi));
  }

  static int checkedGsi(int gsi) {
    if (gsi < 0 || gsi >= GSI_COUNT) {
      throw new DeviceConfigurationException(
          "There is no GSI %d. Use 0 to %d.".formatted(gsi, GSI_COUNT - 1));
    }
    return gsi;
  }

  /** The interrupts that the only device has asked for. */
  List<Integer> interrupts() {
    return onlyDevice().context().interrupts();
  }

  /** All streams in the order of their opening. */
  List<MemoryStream> allStreams() {
    return List.copyOf(streams("").values());
  }

  private Map<String, MemoryStream> streams(String name) {
    Map<String, MemoryStream> found = new LinkedHashMap<>();
    devices.forEach(
        (id, device) ->
            device
                .context()
                .streams()
                .forEach(
                    (spec, stream) -> {
                      String both = id + " " + spec;
                      if (name.isEmpty() || List.of(id, spec, both).contains(name)) {
                        found.put(both, stream);
                      }
                    }));
    return found;
  }

  private MockDevice onlyDevice() {
    return only(devices, "device");
  }

  private MockDevice mockDevice(String id) {
    MockDevice device = devices.get(id);
    if (device == null) {
      throw new IllegalStateException("No device %s. Devices: %s.".formatted(id, devices.keySet()));
    }
    return device;
  }

  private String freeId(String type) {
    String id = type;
    for (int number = 2; devices.containsKey(id); number++) {
      id = type + "-" + number;
    }
    return id;
  }

  private static <T> T only(Map<String, T> found, String what) {
    if (found.size() != 1) {
      throw new IllegalStateException(
          "Not exactly one %s: %s. Name one of them, or add what is missing."
              .formatted(what, found.keySet()));
    }
    return found.values().iterator().next();
  }
}
