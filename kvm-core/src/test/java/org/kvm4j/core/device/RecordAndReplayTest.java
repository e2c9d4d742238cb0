package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmEvent;
import org.kvm4j.device.VmTimer;
import org.kvm4j.testkit.Replay;

/** What the framework records of a device, the test kit replays, on whatever thread it happened. */
class RecordAndReplayTest {

  private static final int PORT = 0x300;
  private static final long ADDRESS = 0xd000_0000L;
  private static final long FAULTY = 0xdead;

  @TempDir private Path directory;

  @Test
  void everyKindOfCallAndEffect_replaysWithoutADifference() throws IOException {
    Path file =
        record(
            machine -> {
              machine.pio.write(PORT, 4, 1000); // arms
              machine.time.step(2000);
              machine.pio.write(PORT, 2, 0x5a5a);
              machine.streams.get("busy memory").send("host");
              machine.pio.read(PORT + 1, 1);
              machine.mmio.write(ADDRESS, 8, -1);
              machine.mmio.read(ADDRESS + 4, 4);
              machine.devices.reset();
              machine.pio.write(PORT, 1, 0xff); // asks for a reset
              machine.pio.write(PORT, 1, 0xfe); // asks for an exit
              machine.mmio.write(ADDRESS, 8, FAULTY);
              machine.pio.read(PORT, 4); // the device is fenced
            });
    Replay.check(file, provider(IntUnaryOperator.identity()));
    String text = Files.readString(file);
    for (RecordedEvent event : RecordedEvent.values()) {
      assertTrue(text.contains(" busy " + event.word), () -> event.word + " is not in " + text);
    }
    assertTrue(text.trim().endsWith(" busy store 0xd0000000 4 0xdead"), text);
  }

  @Test
  void whatVcpusTimersAndHostDoAtOnce_replaysWithoutADifference() throws Exception {
    Path file =
        record(
            machine -> {
              machine.time.start();
              List<Thread> vcpus = new ArrayList<>();
              for (int number = 0; number < 3; number++) {
                int seed = number;
                vcpus.add(new Thread(() -> hammer(machine, seed)));
              }
              vcpus.forEach(Thread::start);
              for (Thread vcpu : vcpus) {
                join(vcpu);
              }
              machine.time.stop();
            });
    Replay.check(file, provider(IntUnaryOperator.identity()));
  }

  @Test
  void deviceThatAnswersOtherwise_isFoundAtThatLine() throws IOException {
    Path file =
        record(
            machine -> {
              machine.pio.write(PORT, 2, 7);
              machine.pio.read(PORT, 2);
            });
    String message =
        assertThrows(
                AssertionError.class, () -> Replay.check(file, provider(value -> value & 0xff)))
            .getMessage();
    List<String> lines = Files.readAllLines(file);
    assertTrue(message.contains("line " + lines.size()), message);
    assertTrue(message.contains("recorded: " + lines.get(lines.size() - 1).substring(9)), message);
  }

  @Test
  void closingTheDevices_isNotRecorded() throws IOException {
    Path file = record(machine -> machine.streams.get("busy memory").send("x"));
    List<String> lines = Files.readAllLines(file);
    assertTrue(lines.get(lines.size() - 1).endsWith("ready 0"), lines::toString);
    assertEquals(1, lines.stream().filter(line -> line.contains(" line 6 ")).count());
  }

  @Test
  void replacedDevice_isRecordedUntilThen() throws IOException {
    Path file =
        record(
            machine -> {
              machine.pio.read(PORT, 2);
              machine.devices.replace(
                  "busy", DeviceType.builtIn(provider(IntUnaryOperator.identity())));
              machine.pio.read(PORT, 2);
            });
    Replay.check(file, provider(IntUnaryOperator.identity()));
    List<String> lines = Files.readAllLines(file);
    assertEquals(1, lines.stream().filter(line -> line.contains(" in 0x300 ")).count());
    assertTrue(
        lines.get(lines.size() - 1).startsWith("# device busy is replaced"), lines::toString);
  }

  private static void hammer(TestPlatform machine, int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 2_000; i++) {
      switch (random.nextInt(6)) {
        case 0 -> machine.pio.write(PORT, 4, random.nextInt(20_000));
        case 1 -> machine.pio.write(PORT, 1, random.nextInt(0xff));
        case 2 -> machine.pio.read(PORT, 2);
        case 3 -> machine.mmio.write(ADDRESS, 8, random.nextLong());
        case 4 -> machine.streams.get("busy memory").send("h");
        default -> machine.mmio.read(ADDRESS, 8);
      }
    }
  }

  private Path record(Consumer<TestPlatform> guest) throws IOException {
    Path file = directory.resolve("test.rec");
    try (TestPlatform machine = new TestPlatform()) {
      try (Recorder recorder = Recorder.create(file, machine.time, message -> {})) {
        machine.devices.recordWith(recorder);
        machine.devices.add(provider(IntUnaryOperator.identity()), Map.of());
        machine.devices.connect();
        guest.accept(machine);
      }
    }
    return file;
  }

  private static TestProvider provider(IntUnaryOperator flaw) {
    return TestProvider.making("busy", context -> new Busy(context, flaw));
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Mixes all that it sees, time above all, into one number and gives that to the guest. */
  private static final class Busy implements Device, PioHandler, MmioHandler {
    private final DeviceContext context;
    private final IntUnaryOperator flaw;
    private final VmTimer timer;
    private final InterruptLine line;
    private final HostStream stream;
    private int mix;

    Busy(DeviceContext context, IntUnaryOperator flaw) {
      this.context = context;
      this.flaw = flaw;
      timer = context.timer(this::tick);
      line = context.interruptLine(6);
      stream = context.stream("memory");
      stream.onReady(this::ready);
      stream.read();
      context.pio().register(PORT, 4, this);
      context.mmio().register(ADDRESS, 8, this);
    }

    private void tick() {
      see(3);
      timer.arm(context.clock().nanoTime() + 10_000);
    }

    private void ready() {
      for (int next = stream.read(); next >= 0; next = stream.read()) {
        see(next);
      }
      line.set(true);
    }

    @Override
    public int read(int offset, int size) {
      see(offset);
      return flaw.applyAsInt(mix);
    }

    @Override
    public void write(int offset, int size, int value) {
      see(value);
      if (size == 4) {
        timer.arm(context.clock().nanoTime() + value);
      } else if (value == 0xff) {
        context.control().request(VmEvent.RESET, "the guest wants it");
      } else if (value == 0xfe) {
        context.control().exit(3, "the guest wants it");
      } else if (!stream.write(value)) {
        see(-1);
      }
    }

    @Override
    public long read(long offset, int size) {
      see(size);
      line.set((mix & 1) != 0);
      return mix * 0x1_0000_0001L;
    }

    @Override
    public void write(long offset, int size, long value) {
      if (value == FAULTY) {
        throw new IllegalStateException("a bug");
      }
      see((int) value);
    }

    private void see(int value) {
      mix =
          mix * 31 + value + (int) context.clock().nanoTime() + (int) context.clock().epochMillis();
    }

    @Override
    public int maxAccessBytes() {
      return 4;
    }

    @Override
    public void reset() {
      mix = 0;
      timer.cancel();
      line.set(false);
    }

    @Override
    public void save(StateWriter out) {}

    @Override
    public void restore(StateReader in) {}
  }
}
