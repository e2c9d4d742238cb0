package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmEvent;
import org.kvm4j.device.VmTimer;
import org.kvm4j.testkit.RecordingControl.Request;

/** What a context gives to its device, and takes back. */
@Timeout(60)
final class ConnectedDeviceTest {

  private final TestPlatform platform = new TestPlatform();
  private final DeviceContext[] kept = new DeviceContext[1];

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void registeringAfterCreation_isRefused_onBothBuses() {
    DeviceContext context = contextOf("serial");

    String ports =
        assertThrows(
                IllegalStateException.class,
                () -> context.pio().register(0x60, 1, TestProvider.answering(1)))
            .getMessage();
    assertThrows(
        IllegalStateException.class, () -> context.mmio().register(0x1000, 1, constant(1)));

    assertEquals("device serial registers too late: do so in DeviceProvider.create", ports);
    platform.devices.connect();
    assertEquals(0xff, platform.pio.read(0x60, 1));
  }

  @Test
  void aDevice_reachesOtherDevicesThroughTheBuses() {
    platform.add(TestProvider.withPorts("serial", 0x3f8, 8, 0x5a));
    platform.add(TestProvider.of("memory", c -> c.mmio().register(0x1000, 8, constant(0x77))));
    DeviceContext context = contextOf("probe");
    platform.devices.connect();

    assertEquals(0x5a, context.pio().read(0x3f8, 1));
    assertEquals(0x77, context.mmio().read(0x1000, 8));
    assertEquals(-1, context.mmio().read(0x2000, 8));
  }

  @Test
  void accessesToItsRanges_areMadeWithTheDevicesLockHeld() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    platform.add(
        TestProvider.of(
            "slow",
            context -> {
              context.pio().register(0x60, 1, TestProvider.reading(() -> waitIn(inside, mayEnd)));
              context.mmio().register(0x1000, 8, constant(0x77));
            }));
    platform.devices.connect();
    FutureTask<Integer> first = start(() -> platform.pio.read(0x60, 1));
    inside.await();
    FutureTask<Integer> second = start(() -> (int) platform.mmio.read(0x1000, 1));

    assertFalse(second.isDone(), "the device is busy");
    mayEnd.countDown();

    assertEquals(1, first.get());
    assertEquals(0x77, second.get());
  }

  @Test
  void aStreamsCallback_waitsUntilTheDeviceIsComplete() throws Exception {
    List<String> order = new ArrayList<>();
    CountDownLatch callbackRan = new CountDownLatch(1);
    Thread[] host = new Thread[1];
    platform.add(
        TestProvider.of(
            "serial",
            context -> {
              HostStream stream = context.stream("memory");
              stream.onReady(
                  () -> {
                    order.add("callback");
                    callbackRan.countDown();
                  });
              host[0] = new Thread(() -> platform.streams.get("serial memory").send("x"));
              host[0].start();
              while (host[0].getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait(); // it waits for the device's lock, which creation holds
              }
              order.add("created");
            }));
    callbackRan.await();
    host[0].join();

    assertEquals(List.of("created", "callback"), order);
  }

  @Test
  void streams_carryBytesBothWays() {
    HostStream stream = contextOf("serial").stream("memory");

    platform.streams.get("serial memory").send("a");
    stream.write('b');

    assertEquals('a', stream.read());
    assertEquals(HostStream.NOTHING, stream.read());
    assertEquals("b", platform.streams.get("serial memory").received());
  }

  @Test
  void aCallbackThatThrows_isAFault_andDoesNotReachTheHost() {
    HostStream stream = contextOf("serial").stream("memory");
    stream.onReady(
        () -> {
          throw new IllegalStateException("bug");
        });

    platform.streams.get("serial memory").send("a");

    assertTrue(
        platform
            .faults
            .get(0)
            .getMessage()
            .startsWith("Device serial failed in a stream callback"));
  }

  @Test
  void theContext_leadsToTheVm() {
    DeviceContext context = contextOf("serial");

    context.control().request(VmEvent.RESET, "i8042 command 0xfe");
    context.memory().writeInt(0x10, 7);

    assertEquals(
        List.of(new Request(VmEvent.RESET, "i8042 command 0xfe")), platform.control.requests());
    assertEquals(7, platform.memory.readInt(0x10));
    assertSame(platform.time, context.clock());
    assertEquals("org.kvm4j.device.serial", context.log().getName());
  }

  @Test
  void aGsiThatDoesNotExist_isRefused() {
    DeviceContext context = contextOf("serial");

    assertThrows(DeviceConfigurationException.class, () -> context.interruptLine(24));
  }

  @Test
  void closing_takesLinesTimersAndStreamsBack() throws Exception {
    DeviceContext context = contextOf("serial");
    InterruptLine line = context.interruptLine(4);
    line.set(true);
    context.stream("memory");
    List<String> ran = new ArrayList<>();
    VmTimer timer = context.timer(() -> ran.add("after close"));
    timer.arm(0);

    platform.devices.close();
    timer.arm(0);
    platform.time.start();
    platform.time.close();

    assertEquals(List.of("4 high", "4 low"), platform.lines);
    assertEquals(List.of("serial memory"), platform.closedStreams);
    assertEquals(List.of(), ran);
  }

  @Test
  void closing_leavesTheLineToThoseWhoShareIt() {
    contextOf("serial").interruptLine(4).set(true);
    DeviceContext second = contextOf("serial");
    second.interruptLine(4).set(true);

    platform.devices.close();

    assertEquals(List.of("4 high", "4 low"), platform.lines, "one edge each way");
  }

  @Test
  void afterClosing_portsReadAllOnes() {
    platform.add(TestProvider.withPorts("serial", 0x3f8, 8, 0x5a));
    platform.devices.connect();

    platform.devices.close();

    assertEquals(0xff, platform.pio.read(0x3f8, 1));
  }

  private DeviceContext contextOf(String type) {
    platform.add(TestProvider.of(type, context -> kept[0] = context));
    return kept[0];
  }

  private static int waitIn(CountDownLatch inside, CountDownLatch mayEnd) {
    inside.countDown();
    try {
      mayEnd.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return 1;
  }

  private static FutureTask<Integer> start(Callable<Integer> access) {
    FutureTask<Integer> task = new FutureTask<>(access);
    new Thread(task).start();
    return task;
  }

  private static MmioHandler constant(long value) {
    return new MmioHandler() {
      @Override
      public long read(long offset, int size) {
        return value;
      }

      @Override
      public void write(long offset, int size, long newValue) {}
    };
  }
}
