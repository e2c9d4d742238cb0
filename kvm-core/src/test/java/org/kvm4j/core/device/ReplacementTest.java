package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceException;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;

/** A device in the place of another: all of it, or nothing. */
@Timeout(60)
final class ReplacementTest {

  private static final int PORT = 0x60;

  private final TestPlatform platform = new TestPlatform();
  private final List<String> events = new ArrayList<>();

  @AfterEach
  void close() {
    platform.close();
  }

  /** A counter of its reads, with a line that is high and a stream. */
  private final class Counter implements Device {
    private final String name;
    private final HostStream stream;
    private final InterruptLine line;
    private int count;

    Counter(DeviceContext context, String name, int step) {
      this.name = name;
      this.line = context.interruptLine(5);
      this.stream = context.stream("memory");
      stream.onReady(() -> events.add(name + " got " + stream.read()));
      context.pio().register(PORT, 1, TestProvider.reading(() -> count += step));
    }

    @Override
    public void reset() {
      count = 0;
    }

    @Override
    public void save(StateWriter out) {
      out.put("count", count);
    }

    @Override
    public void restore(StateReader in) {
      count = in.intValue("count", 0, 99);
      line.set(true);
    }

    @Override
    public void close() {
      events.add(name + " closed");
    }
  }

  private DeviceType counter(String name, int step) {
    return counter(name, step, context -> {});
  }

  private DeviceType counter(String name, int step, Consumer<DeviceContext> atLast) {
    return DeviceType.builtIn(
        TestProvider.making(
            "counter",
            context -> {
              Counter counter = new Counter(context, name, step);
              atLast.accept(context);
              return counter;
            }));
  }

  private void start(DeviceType type) {
    platform.devices.add(type.provider(), java.util.Map.of());
    platform.devices.connect();
  }

  @Test
  void theNewDevice_goesOnWhereTheOldOneWas() {
    start(counter("old", 1));
    platform.pio.read(PORT, 1);
    platform.pio.read(PORT, 1);

    assertTrue(platform.devices.replace("counter", counter("new", 10)));

    assertEquals(12, platform.pio.read(PORT, 1));
    assertEquals(List.of("counter"), platform.devices.ids());
    assertTrue(events.contains("old closed"));
    assertEquals(List.of(), platform.faults);
  }

  @Test
  void aLineThatStaysHigh_hasNoEdge() {
    start(counter("old", 1));
    platform.devices.replace("counter", counter("new", 1));
    platform.lines.clear();

    platform.devices.replace("counter", counter("newer", 1));

    assertEquals(List.of(), platform.lines);
  }

  @Test
  void anOpenStream_isHandedOver_andNothingThatCameMeanwhileIsLost() {
    start(counter("old", 1));
    events.clear();

    platform.devices.replace(
        "counter", counter("new", 1, context -> platform.streams.get("counter memory").send("a")));

    assertTrue(events.contains("new got 97"), events::toString);
    assertEquals(List.of(), platform.closedStreams);
    platform.devices.replace("counter", counter("newest", 1));
    platform.streams.get("counter memory").send("b");
    assertTrue(events.contains("newest got 98"), events::toString);
    platform.devices.close();
    assertEquals(List.of("counter memory"), platform.closedStreams);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 101})
  void aStateThatDoesNotFit_isRefused_andTheOldOneGoesOn(int reads) {
    start(counter("old", 1));
    for (int i = 0; i < reads; i++) {
      platform.pio.read(PORT, 1);
    }

    String message =
        assertThrows(
                DeviceException.class,
                () -> platform.devices.replace("counter", counter("new", 10)))
            .getMessage();

    assertTrue(
        message.startsWith("Device counter is not replaced, the one before goes on: "), message);
    assertEquals(reads + 1, platform.pio.read(PORT, 1));
    events.clear();
    platform.streams.get("counter memory").send("a");
    assertEquals(List.of("old got 97"), events);
    assertEquals(List.of(), platform.closedStreams);
    assertEquals(List.of(), platform.faults);
  }

  @Test
  void aNewDeviceThatCannotBeCreated_isRefused_andTheOldOneGoesOn() {
    start(counter("old", 1));

    for (Throwable bug :
        List.of(new IllegalStateException("bug"), new NoSuchMethodError("old SPI"))) {
      assertThrows(
          DeviceException.class,
          () -> platform.devices.replace("counter", counter("new", 1, context -> sneak(bug))));
    }

    assertEquals(1, platform.pio.read(PORT, 1));
  }

  @Test
  void aPlaceOfAnotherDevice_isRefused_andTheOldOneGoesOn() {
    platform.add(TestProvider.withPorts("other", 0x70, 1, 0x5a));
    start(counter("old", 1));

    DeviceType greedy =
        counter("new", 1, context -> context.pio().register(0x70, 1, TestProvider.answering(0)));
    String message =
        assertThrows(DeviceException.class, () -> platform.devices.replace("counter", greedy))
            .getMessage();

    assertTrue(message.contains("device other has ports 0x70-0x70"), message);
    assertEquals(1, platform.pio.read(PORT, 1));
    assertEquals(0x5a, platform.pio.read(0x70, 1));
  }

  @Test
  void aDeviceThatHasFailed_isReplacedByAFreshOne() {
    platform.devices.add(
        TestProvider.of(
            "counter",
            context ->
                context
                    .pio()
                    .register(
                        PORT,
                        1,
                        TestProvider.reading(
                            () -> {
                              throw new IllegalStateException("bug");
                            }))),
        java.util.Map.of());
    platform.devices.connect();
    platform.pio.read(PORT, 1);

    assertFalse(platform.devices.replace("counter", counter("fixed", 1)));

    assertEquals(1, platform.pio.read(PORT, 1));
  }

  /** In an endless loop, say: whoever reloads must not wait for ever, with the machine paused. */
  @Test
  void aDeviceThatIsStuck_isNotReplaced_andNobodyWaitsForIt() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    Semaphore mayEnd = new Semaphore(0);
    try (TestPlatform busy = new TestPlatform(Duration.ofMillis(20))) {
      busy.add(
          TestProvider.of(
              "stuck",
              context -> {
                context.pio().register(0x60, 1, TestProvider.reading(() -> stay(inside, mayEnd)));
                context.pio().register(0x61, 1, TestProvider.answering(0));
              }));
      busy.devices.connect();
      Thread vcpu = new Thread(() -> busy.pio.read(0x60, 1));
      vcpu.start();
      inside.await();
      assertEquals(0xff, busy.pio.read(0x61, 1), "fenced by now");

      DeviceType newer = DeviceType.builtIn(TestProvider.of("stuck", context -> {}));
      String message =
          assertThrows(DeviceException.class, () -> busy.devices.replace("stuck", newer))
              .getMessage();

      assertEquals("Device stuck is stuck in a call. End the machine.", message);
      mayEnd.release();
      vcpu.join();
    }
  }

  private static int stay(CountDownLatch inside, Semaphore mayEnd) {
    inside.countDown();
    mayEnd.acquireUninterruptibly();
    return 0;
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void sneak(Throwable bug) throws E {
    throw (E) bug;
  }
}
