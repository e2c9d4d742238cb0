package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.kvm4j.GuestMemory;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioBus;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceOptions;
import org.kvm4j.device.DeviceProvider;
import org.kvm4j.device.Firmware;
import org.kvm4j.device.HostRequest;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.InterruptOutput;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmControl;
import org.kvm4j.device.VmEvent;
import org.kvm4j.device.VmTimer;
import org.kvm4j.testkit.Happening.Kind;

/** The world of a device in a {@link Replay}: it holds nothing but what was recorded. */
final class ReplayContext implements DeviceContext {

  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Recording recording;
  private final DeviceOptions options;
  private final Expected expected;
  private final FakePioBus pio = new FakePioBus();
  private final FakeMmioBus mmio = new FakeMmioBus();
  private final FakeGuestMemory memory = new FakeGuestMemory(MockMachine.MEMORY_BYTES);
  private final RecordingFirmware firmware = new RecordingFirmware();
  private final List<ReplayTimer> timers = new ArrayList<>();
  private final List<ReplayStream> streams = new ArrayList<>();
  private long nowNanos;
  private boolean answered;

  ReplayContext(Recording recording, DeviceProvider provider, Expected expected) {
    this.recording = recording;
    this.options = DeviceOptions.parse(recording.id(), provider.options(), recording.options());
    this.expected = expected;
  }

  void setTime(long nanos) {
    nowNanos = nanos;
  }

  /** Makes a call other than of the device itself; what a recorder would write of it now. */
  Happening perform(Happening call) {
    switch (call.kind()) {
      case TIMER -> timerOf(call).expire(call);
      case READY -> streamOf(call).ready.run();
      default -> {
        return access(call);
      }
    }
    return call;
  }

  private Happening access(Happening call) {
    answered = false;
    long address = call.first();
    int size = (int) call.second();
    long ones = Happening.ones(size);
    Happening came =
        switch (call.kind()) {
          case IN -> Happening.of(Kind.IN, address, size, pio.read((int) address, size) & ones);
          case LOAD -> Happening.of(Kind.LOAD, address, size, mmio.read(address, size) & ones);
          case OUT -> {
            pio.write((int) address, size, (int) call.third());
            yield call;
          }
          case STORE -> {
            mmio.write(address, size, call.third());
            yield call;
          }
          default -> throw new IllegalStateException("no access: " + call);
        };
    if (!answered) {
      throw new Difference(call.toString(), "no handler of the device is there");
    }
    return came;
  }

  private ReplayTimer timerOf(Happening call) {
    if (call.first() >= timers.size()) {
      throw new Difference(call.toString(), "the device has %d timers".formatted(timers.size()));
    }
    return timers.get((int) call.first());
  }

  private ReplayStream streamOf(Happening call) {
    if (call.first() >= streams.size()) {
      throw new Difference(call.toString(), "the device has %d streams".formatted(streams.size()));
    }
    return streams.get((int) call.first());
  }

  @Override
  public String id() {
    return recording.id();
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
        pio.register(id(), base, length, handler, Answering::new);
      }

      @Override
      public int read(int port, int size) {
        return pio.read(port, size);
      }

      @Override
      public void write(int port, int size, int value) {
        pio.write(port, size, value);
      }
    };
  }

  @Override
  public MmioBus mmio() {
    return new MmioBus() {
      @Override
      public void register(long base, long length, MmioHandler handler) {
        mmio.register(id(), base, length, handler, Answering::new);
      }

      @Override
      public long read(long address, int size) {
        return mmio.read(address, size);
      }

      @Override
      public void write(long address, int size, long value) {
        mmio.write(address, size, value);
      }
    };
  }

  @Override
  public InterruptLine interruptLine(int gsi) {
    return new ReplayLine(gsi);
  }

  @Override
  public InterruptOutput interruptController(InterruptController controller) {
    throw new IllegalStateException("interrupt controllers are not recorded");
  }

  @Override
  public VmClock clock() {
    return new VmClock() {
      @Override
      public long nanoTime() {
        return nowNanos;
      }

      @Override
      public long epochMillis() {
        return recording.wallClockMillis() + nowNanos / NANOS_PER_MILLI;
      }
    };
  }

  @Override
  public VmTimer timer(Runnable task) {
    ReplayTimer timer = new ReplayTimer(task);
    timers.add(timer);
    return timer;
  }

  /** The host may ask at any time: its timer is armed always. */
  @Override
  public void onHostRequest(HostRequest request, Runnable task) {
    ReplayTimer timer = new ReplayTimer(task);
    timer.byHost = true;
    timers.add(timer);
  }

  @Override
  public HostStream stream(String spec) {
    ReplayStream stream = new ReplayStream(streams.size());
    streams.add(stream);
    return stream;
  }

  @Override
  public Firmware firmware() {
    return firmware;
  }

  @Override
  public VmControl control() {
    return new VmControl() {
      @Override
      public void request(VmEvent event, String cause) {
        expected.came(Happening.request(event));
      }

      @Override
      public void exit(int status, String cause) {
        expected.came(Happening.of(Kind.EXIT, status));
      }
    };
  }

  @Override
  public GuestMemory memory() {
    return memory;
  }

  @Override
  public System.Logger log() {
    return System.getLogger("org.kvm4j.device." + id());
  }

  /** Notes that a handler was there at all: a bus gives ones where there is none. */
  private final class Answering implements AddressSpace.Handler {
    private final AddressSpace.Handler handler;

    private Answering(AddressSpace.Handler handler) {
      this.handler = handler;
    }

    @Override
    public long read(long offset, int size) {
      answered = true;
      return handler.read(offset, size);
    }

    @Override
    public void write(long offset, int size, long value) {
      answered = true;
      handler.write(offset, size, value);
    }
  }

  private final class ReplayLine implements InterruptLine {
    private final int gsi;
    private boolean level;

    private ReplayLine(int gsi) {
      this.gsi = gsi;
    }

    @Override
    public void set(boolean high) {
      if (high != level) {
        level = high;
        expected.came(Happening.of(Kind.LINE, gsi, high ? 1 : 0));
      }
    }
  }

  private final class ReplayTimer implements VmTimer {
    private final Runnable task;
    private OptionalLong deadline = OptionalLong.empty();
    private boolean byHost;

    private ReplayTimer(Runnable task) {
      this.task = task;
    }

    @Override
    public void arm(long deadlineNanos) {
      deadline = OptionalLong.of(deadlineNanos);
    }

    @Override
    public void cancel() {
      deadline = OptionalLong.empty();
    }

    private void expire(Happening call) {
      if (byHost) {
        task.run();
        return;
      }
      if (deadline.isEmpty()) {
        throw new Difference(call.toString(), "that timer is not armed");
      }
      if (deadline.getAsLong() > nowNanos) {
        throw new Difference(
            call.toString(), "that timer is armed for %d ns".formatted(deadline.getAsLong()));
      }
      cancel();
      task.run();
    }
  }

  private final class ReplayStream implements HostStream {
    private final int number;
    private Runnable ready = () -> {};

    private ReplayStream(int number) {
      this.number = number;
    }

    @Override
    public int read() {
      return expected.read(number);
    }

    @Override
    public boolean write(int value) {
      return expected.write(number, value & 0xff);
    }

    @Override
    public void onReady(Runnable task) {
      ready = task;
    }
  }
}
