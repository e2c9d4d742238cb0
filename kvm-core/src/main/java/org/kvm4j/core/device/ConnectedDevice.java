package org.kvm4j.core.device;

import com.google.common.collect.HashMultimap;
import com.google.common.collect.SetMultimap;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.kvm4j.GuestMemory;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioBus;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.DeviceState;
import org.kvm4j.device.Firmware;
import org.kvm4j.device.HostRequest;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmTimer;
import org.kvm4j.irq.MsiMessage;

/** One device in a VM, with all that was handed to it: the other side of its context. */
final class ConnectedDevice implements DeviceContext, AutoCloseable {

  /** A request for a range, kept until the requests of all devices are known. */
  @FunctionalInterface
  interface Claim {
    void connect(PioSpace pio, MmioSpace mmio);
  }

  private final String id;
  private final DeviceProvider provider;
  private final DeviceOptions options;
  private final Platform platform;
  private final LineMixer lines;
  private final InterruptControllers controllers;
  private final Tape tape;
  private final DeviceGuard guard;
  private final ToldFirmware firmware;
  private final List<Claim> claims = new ArrayList<>();
  private final SetMultimap<HostRequest, VmTimer> requests = HashMultimap.create();
  private final Holdings holdings;
  private final DeviceThreads threads;

  private Optional<InterruptControllers.Member> member = Optional.empty();
  private Inheritance inheritance = Inheritance.NONE;
  private Device device;
  private boolean created;
  private boolean closed;

  ConnectedDevice(
      String id,
      DeviceProvider provider,
      DeviceOptions options,
      Platform platform,
      LineMixer lines,
      InterruptControllers controllers,
      Watchdog watchdog,
      Tape tape) {
    this.id = id;
    this.provider = provider;
    this.options = options;
    this.platform = platform;
    this.lines = lines;
    this.controllers = controllers;
    this.tape = tape;
    this.holdings = new Holdings(id);
    this.threads = new DeviceThreads(provider.getClass().getClassLoader());
    this.guard = new DeviceGuard(id, watchdog, threads, holdings::takeSignals, platform.onFault());
    this.firmware = new ToldFirmware(id, this::checkCreating);
  }

  /** With the lock held, as a stream or a timer may call back before the device is complete. */
  void create() {
    create(Inheritance.NONE);
  }

  /** As {@link #create()}, with the streams of the device before it. */
  void create(Inheritance streams) {
    inheritance = streams;
    device =
        guard.call(
            () ->
                Objects.requireNonNull(
                    tape.create(() -> provider.create(this)), "its provider returned null"));
    created = true;
  }

  /** What the device has told the guest's firmware. */
  ToldFirmware told() {
    return firmware;
  }

  List<Claim> claims() {
    return claims;
  }

  /** Whether it has failed. */
  boolean isFenced() {
    return guard.isFenced();
  }

  Holdings holdings() {
    return holdings;
  }

  void reset() {
    guard.run("reset", () -> tape.reset(device::reset));
  }

  /** What it saves; whatever it throws is the caller's. */
  DeviceState save() {
    DeviceState state = new DeviceState();
    guard.call(
        () -> {
          device.save(state);
          return null;
        });
    return state;
  }

  /** Takes a state over; whatever it throws is the caller's. */
  void restore(DeviceState state) {
    guard.call(
        () -> {
          device.restore(state);
          return null;
        });
  }

  /** Does something while nobody else is in the device; throws if it is stuck. */
  <T> T whileIdle(Supplier<T> action) {
    return guard.whileIdle(action);
  }

  /** Puts its ranges onto the buses, and itself between lines and processors. */
  void connect() {
    claims.forEach(claim -> claim.connect(platform.pio(), platform.mmio()));
  }

  /** Takes them off again. */
  void disconnect() {
    platform.pio().unregister(owner());
    platform.mmio().unregister(owner());
    member.ifPresent(controllers::remove);
  }

  private String owner() {
    return "device " + id;
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
    return new PioBus() {
      @Override
      public void register(int base, int length, PioHandler handler) {
        Target guarded = guard.around(tape.around(handler, base), AddressKind.PORT, base);
        claim((pio, mmio) -> pio.register(owner(), base, length, guarded));
      }

      @Override
      public int read(int port, int size) {
        holdings.checkOpen();
        return platform.pio().read(port, size);
      }

      @Override
      public void write(int port, int size, int value) {
        holdings.checkOpen();
        platform.pio().write(port, size, value);
      }
    };
  }

  @Override
  public MmioBus mmio() {
    return new MmioBus() {
      @Override
      public void register(long base, long length, MmioHandler handler) {
        Target guarded = guard.around(tape.around(handler, base), AddressKind.MEMORY, base);
        claim((pio, mmio) -> mmio.register(owner(), base, length, guarded));
      }

      @Override
      public long read(long address, int size) {
        holdings.checkOpen();
        return platform.mmio().read(address, size);
      }

      @Override
      public void write(long address, int size, long value) {
        holdings.checkOpen();
        platform.mmio().write(address, size, value);
      }
    };
  }

  @Override
  public InterruptLine interruptLine(int gsi) {
    return tape.around(holdings.add(lines.source(id, gsi)), gsi);
  }

  @Override
  public InterruptOutput interruptController(InterruptController controller) {
    InterruptControllers.Member joining = controllers.member(id, guard, tape.around(controller));
    claim((pio, mmio) -> controllers.add(joining));
    member = Optional.of(joining);
    holdings.add(joining.intr());
    return new InterruptOutput() {
      @Override
      public void intr(boolean high) {
        joining.intr().set(high);
      }

      @Override
      public void route(int pin, MsiMessage message) {
        holdings.checkOpen();
        joining.route(pin, message);
      }

      @Override
      public boolean send(int pin) {
        holdings.checkOpen();
        return joining.send(pin);
      }
    };
  }

  @Override
  public VmClock clock() {
    return tape.around(platform.time());
  }

  @Override
  public VmTimer timer(Runnable task) {
    return holdings.add(new QueuedTimer(platform.time(), guard, tape.timerTask(task)));
  }

  /** A timer: it has the lock, a place in the recording, and an end with its device. */
  @Override
  public void onHostRequest(HostRequest request, Runnable task) {
    checkCreating();
    requests.put(request, timer(task));
  }

  /** Passes on what the host asks; whether the device takes such requests. */
  boolean ask(HostRequest request) {
    Collection<VmTimer> takers = requests.get(request);
    takers.forEach(timer -> timer.arm(platform.time().nanoTime()));
    return !takers.isEmpty();
  }

  @Override
  public HostStream stream(String spec) {
    holdings.checkOpen();
    OwnedStream stream = inheritance.take(spec, () -> DeviceThreads.unmarked(() -> open(spec)));
    return tape.around(holdings.add(new GuardedStream(spec, stream, guard)));
  }

  private OwnedStream open(String spec) {
    return new OwnedStream(platform.streams().open(id, spec));
  }

  @Override
  public Firmware firmware() {
    return firmware;
  }

  @Override
  public VmControl control() {
    return tape.around(platform.control());
  }

  @Override
  public GuestMemory memory() {
    return platform.memory();
  }

  @Override
  public System.Logger log() {
    return System.getLogger("org.kvm4j.device." + id);
  }

  /** Closes the device, then takes back what it was given, even from a device that never was. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    guard.runLast("close", this::closeDevice);
    for (GuardedStream stream : holdings.takeAll()) {
      guard.closing("its stream", stream.owned()::close);
    }
    for (Thread thread : threads.end()) {
      guard.fault(
          "Device %s leaves thread '%s' behind: it must end its threads in close()."
              .formatted(id, thread.getName()),
          whereIs(thread));
    }
  }

  private static Throwable whereIs(Thread thread) {
    Throwable stack = new IllegalStateException("it is here:");
    stack.setStackTrace(thread.getStackTrace());
    return stack;
  }

  private void closeDevice() {
    if (device != null) {
      device.close();
    }
  }

  private void claim(Claim claim) {
    checkCreating();
    claims.add(claim);
  }

  private void checkCreating() {
    if (created) {
      throw new IllegalStateException(
          "device " + id + " registers too late: do so in DeviceProvider.create");
    }
  }
}
