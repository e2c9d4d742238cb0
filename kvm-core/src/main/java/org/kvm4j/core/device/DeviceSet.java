package org.kvm4j.core.device;

import com.google.common.collect.Sets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.kvm4j.KvmException;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.DeviceConflictException;
import org.kvm4j.device.DeviceException;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.DeviceState;
import org.kvm4j.device.HostRequest;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.resource.ResourcePlan;
import org.kvm4j.resource.ResourceRequest;

/**
 * The devices of one VM: created one by one, connected all at once.
 *
 * <p>Threading: set-up and close from one thread.
 */
public final class DeviceSet implements AutoCloseable {

  /** Of a PC: the GiB below 4 GiB, less the interrupt controllers at its end. */
  private static final FixedResource ANY_ADDRESSES =
      FixedResource.addresses(0xc000_0000L, 0x3ec0_0000L);

  private final Platform platform;
  private final InterruptControllers controllers = new InterruptControllers();
  private final LineMixer lines;
  private final Watchdog watchdog;
  private final Map<String, ConnectedDevice> devices = new LinkedHashMap<>();
  private final Map<String, Map<String, String>> planned = new HashMap<>();
  private final Map<String, DeviceType> types = new HashMap<>();
  private final ResourcePlan plan;
  private Optional<Recorder> recorder = Optional.empty();

  /** No devices yet, in a VM that occupies nothing itself. */
  public DeviceSet(Platform platform) {
    this(platform, new ResourcePlan(ANY_ADDRESSES));
  }

  /**
   * No devices yet.
   *
   * @param plan with what the machine itself occupies
   */
  public DeviceSet(Platform platform, ResourcePlan plan) {
    this.platform = platform;
    this.plan = plan;
    this.lines =
        new LineMixer(
            (gsi, high) -> {
              platform.lines().set(gsi, high);
              controllers.setLine(gsi, high);
            });
    this.watchdog = new Watchdog(platform.callBudget());
  }

  /**
   * Records the devices that are added from now on.
   *
   * @param newRecorder whoever made it closes it, before the devices
   */
  public void recordWith(Recorder newRecorder) {
    recorder = Optional.of(newRecorder);
  }

  /** Those of the devices that are interrupt controllers. */
  public InterruptControllers interruptControllers() {
    return controllers;
  }

  /** As {@link #addAll}, with one device whose code was there at start; its id. */
  public String add(DeviceProvider provider, Map<String, String> given) {
    return addAll(List.of(new DeviceSpec(DeviceType.builtIn(provider), given))).get(0);
  }

  /**
   * Plans the places of all devices, then creates them one by one; their ranges are not on the
   * buses before {@link #connect}.
   *
   * @return the id of each: its type, with a number from the second one on
   * @throws DeviceConflictException naming every conflict at once, before a device is created
   * @throws org.kvm4j.device.DeviceException if options are wrong or a provider fails
   */
  public List<String> addAll(List<DeviceSpec> specs) {
    Map<String, DeviceSpec> byId = named(specs, devices.keySet());
    planned.putAll(place(byId, plan));
    byId.forEach((id, spec) -> create(id, spec.type(), planned.get(id)));
    return List.copyOf(byId.keySet());
  }

  /**
   * Finds what {@link #addAll} would find before it creates a device, without a VM.
   *
   * @param plan with what the machine itself occupies; of no further use
   * @throws DeviceConflictException naming every conflict at once
   * @throws org.kvm4j.device.DeviceConfigurationException if an option is wrong
   */
  public static void check(List<DeviceSpec> specs, ResourcePlan plan) {
    var unused = place(named(specs, Set.of()), plan);
  }

  private static Map<String, DeviceSpec> named(List<DeviceSpec> specs, Set<String> taken) {
    Map<String, DeviceSpec> byId = new LinkedHashMap<>();
    for (DeviceSpec spec : specs) {
      byId.put(freeId(spec.type().name(), Sets.union(taken, byId.keySet())), spec);
    }
    return byId;
  }

  private static Map<String, Map<String, String>> place(
      Map<String, DeviceSpec> byId, ResourcePlan plan) {
    return plan.place(
        byId.entrySet().stream().map(e -> request(e.getKey(), e.getValue())).toList());
  }

  private static ResourceRequest request(String id, DeviceSpec spec) {
    DeviceType type = spec.type();
    return new ResourceRequest(id, type.origin().name(), type.provider(), spec.options());
  }

  private void create(String id, DeviceType type, Map<String, String> texts) {
    types.put(id, type);
    DeviceProvider provider = type.provider();
    DeviceOptions options = DeviceOptions.parse(id, provider.options(), texts);
    Tape tape =
        recorder.map(r -> r.tape(id, type.name(), whole(provider, texts))).orElse(Tape.NONE);
    ConnectedDevice connected =
        new ConnectedDevice(id, provider, options, platform, lines, controllers, watchdog, tape);
    devices.put(id, connected);
    try {
      connected.create();
    } catch (KvmException e) {
      throw e; // says already what to do
    } catch (RuntimeException e) {
      throw new DeviceException(
          "Device %s cannot be created: %s. This is a bug in the device; report it to its author."
              .formatted(id, e),
          e);
    }
  }

  /** With the defaults of today: a recording outlives them. */
  private static Map<String, String> whole(DeviceProvider provider, Map<String, String> texts) {
    Map<String, String> all = new LinkedHashMap<>();
    provider
        .options()
        .forEach(o -> all.put(o.name(), texts.getOrDefault(o.name(), o.defaultText())));
    return all;
  }

  /**
   * Puts the ranges of all devices onto the buses, and begins to watch how long their calls take.
   *
   * @throws DeviceConflictException naming every conflict, and every range that no bus can have, at
   *     once
   */
  public void connect() {
    List<String> conflicts = new ArrayList<>();
    for (ConnectedDevice device : devices.values()) {
      for (ConnectedDevice.Claim claim : device.claims()) {
        try {
          claim.connect(platform.pio(), platform.mmio());
        } catch (DeviceConflictException | IllegalArgumentException e) {
          conflicts.add(e.getMessage());
        }
      }
    }
    if (!conflicts.isEmpty()) {
      throw new DeviceConflictException(String.join(System.lineSeparator(), conflicts));
    }
    watchdog.start();
  }

  /**
   * Puts a device into the place of another of its type, whose code has changed: with its options,
   * its state and its streams. Only while the VM is paused.
   *
   * <p>A device that has failed is not asked for its state: the new one starts afresh. The new one
   * is not recorded, as a replay could not make the state that it begins with.
   *
   * @param id of the device, one of {@link #ids}
   * @return whether the new one has the state of the old one
   * @throws DeviceException if the new one cannot be had, wants a place that is taken, or refuses
   *     the state; the old one goes on
   */
  public boolean replace(String id, DeviceType type) {
    ConnectedDevice old = devices.get(id);
    boolean withState = old.whileIdle(() -> succeed(id, old, type));
    types.put(id, type);
    recorder.ifPresent(r -> r.replaced(id));
    old.close();
    return withState;
  }

  private boolean succeed(String id, ConnectedDevice old, DeviceType type) {
    Map<String, String> before = planned.get(id);
    Succession succession = new Succession(old, platform);
    try {
      Map<String, String> texts = plan.placeAgain(request(id, new DeviceSpec(type, before)));
      DeviceOptions options = DeviceOptions.parse(id, type.provider().options(), texts);
      ConnectedDevice next =
          succession.run(
              trial ->
                  new ConnectedDevice(
                      id,
                      type.provider(),
                      options,
                      trial,
                      lines,
                      controllers,
                      watchdog,
                      Tape.NONE));
      planned.put(id, texts);
      devices.put(id, next);
      return succession.withState();
    } catch (Exception | Error e) { // whatever the new code does
      plan.placeAgain(request(id, new DeviceSpec(types.get(id), before)));
      throw refusal(id, e);
    }
  }

  private static DeviceException refusal(String id, Throwable e) {
    String reason = e instanceof KvmException ? e.getMessage() : e.toString();
    return new DeviceException(
        "Device %s is not replaced, the one before goes on: %s".formatted(id, reason), e);
  }

  /**
   * What a device would save now. Only while the VM is paused or has ended.
   *
   * @param id of the device, one of {@link #ids}
   * @throws DeviceException if it has failed, is stuck in a call, or fails at this
   */
  public DeviceState save(String id) {
    ConnectedDevice device = devices.get(id);
    if (device.isFenced()) {
      throw new DeviceException("Device %s has failed: its state is lost.".formatted(id));
    }
    try {
      return device.whileIdle(device::save);
    } catch (RuntimeException | Error e) { // of the device's own code, or that it is stuck
      throw new DeviceException("Device %s is not saved: %s".formatted(id, OneLine.of(e)), e);
    }
  }

  /** Resets every device, as the reset line of a PC does. */
  public void reset() {
    devices.values().forEach(ConnectedDevice::reset);
  }

  /** Raises every line that is high, for interrupt controllers that have forgotten: after reset. */
  public void driveLines() {
    lines.drive();
  }

  /**
   * Asks something of the guest, by way of the devices that take such a request. It reaches a guest
   * whose clock stands when that goes on.
   *
   * @return whether there is such a device
   */
  public boolean ask(HostRequest request) {
    boolean taken = false;
    for (ConnectedDevice device : devices.values()) {
      taken |= device.ask(request);
    }
    return taken;
  }

  /**
   * What a device was made from.
   *
   * @param id one of {@link #ids}
   */
  public DeviceType type(String id) {
    return types.get(id);
  }

  /** The ids of the devices, in the order in which they were added. */
  public List<String> ids() {
    return List.copyOf(devices.keySet());
  }

  /**
   * The options of a device that differ from the defaults or were planned: name to text.
   *
   * @param id one of {@link #ids}
   */
  public Map<String, String> options(String id) {
    return planned.get(id);
  }

  /** The arguments that devices add to the kernel's command line, in order. */
  public List<String> kernelArguments() {
    return devices.values().stream().flatMap(d -> d.told().kernelArguments().stream()).toList();
  }

  /** The devices as they describe themselves for ACPI, in order; names may come twice. */
  public List<AcpiDevice> acpiDevices() {
    return devices.values().stream().flatMap(d -> d.told().acpiDevices().stream()).toList();
  }

  /** Closes the devices in reverse order; idempotent. */
  @Override
  public void close() {
    List<ConnectedDevice> reverse = new ArrayList<>(devices.values());
    Collections.reverse(reverse);
    reverse.forEach(ConnectedDevice::close);
    watchdog.close();
  }

  private static String freeId(String type, Set<String> taken) {
    String id = type;
    for (int number = 2; taken.contains(id); number++) {
      id = type + "-" + number;
    }
    return id;
  }
}
