package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmTimer;

/** What a device can do after its failure, and after its end: nothing. */
@Timeout(60)
final class ContainmentTest {

  private final TestPlatform platform = new TestPlatform();
  private final DeviceContext[] kept = new DeviceContext[1];

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void aFailedDevice_readsAllOnes_dropsItsLines_andTheOthersGoOn() {
    InterruptLine[] line = new InterruptLine[1];
    platform.add(
        TestProvider.of(
            "broken",
            context -> {
              line[0] = context.interruptLine(5);
              context.pio().register(0x60, 1, TestProvider.reading(() -> fail(line[0])));
            }));
    platform.add(TestProvider.withPorts("sound", 0x70, 1, 0x5a));
    platform.devices.connect();

    assertEquals(0xff, platform.pio.read(0x60, 1));
    line[0].set(true);

    assertEquals(List.of("5 high", "5 low"), platform.lines);
    assertEquals(0xff, platform.pio.read(0x60, 1));
    assertEquals(0x5a, platform.pio.read(0x70, 1));
    assertEquals(1, platform.faults.size());
  }

  @Test
  void theTimersOfAFailedDevice_neverRun() throws Exception {
    List<String> ran = new ArrayList<>();
    VmTimer[] timer = new VmTimer[1];
    platform.add(
        TestProvider.of(
            "broken",
            context -> {
              timer[0] = context.timer(() -> ran.add("a task"));
              timer[0].arm(1);
              context.pio().register(0x60, 1, TestProvider.reading(() -> fail(null)));
              kept[0] = context;
            }));
    platform.devices.connect();

    platform.pio.read(0x60, 1);
    timer[0].arm(2);
    kept[0].timer(() -> ran.add("a late timer's task")).arm(2);
    platform.time.step(10);

    assertEquals(List.of(), ran);
  }

  @Test
  void aContextKeptBeyondTheEnd_refusesAll() {
    DeviceContext context = contextOf("leaky");
    InterruptLine line = context.interruptLine(5);

    platform.devices.close();
    line.set(true);

    assertEquals(List.of(), platform.lines);
    assertThrows(IllegalStateException.class, () -> context.timer(() -> {}));
    assertThrows(IllegalStateException.class, () -> context.interruptLine(5));
    assertThrows(IllegalStateException.class, () -> context.stream("memory"));
    assertThrows(IllegalStateException.class, () -> context.pio().read(0x60, 1));
    String message =
        assertThrows(IllegalStateException.class, () -> context.mmio().write(0, 1, 1)).getMessage();
    assertEquals("device leaky is closed: it must not keep its context", message);
  }

  @Test
  void aThreadThatADeviceForgets_isInterruptedAtItsClose() throws Exception {
    Thread[] forgotten = new Thread[1];
    platform.add(
        TestProvider.of("leaky", context -> forgotten[0] = start(ContainmentTest::waitForEver)));

    platform.devices.close();

    forgotten[0].join();
    assertEquals(List.of(), platform.faults);
  }

  @Test
  void aThreadStartedInAHandler_isFoundToo() throws Exception {
    Thread[] forgotten = new Thread[1];
    platform.add(
        TestProvider.of(
            "leaky",
            context ->
                context
                    .pio()
                    .register(
                        0x60,
                        1,
                        TestProvider.reading(
                            () -> {
                              forgotten[0] = start(ContainmentTest::waitForEver);
                              return 0;
                            }))));
    platform.devices.connect();
    platform.pio.read(0x60, 1);

    platform.devices.close();

    forgotten[0].join();
  }

  @Test
  void aThreadThatIgnoresItsInterrupt_isAFault_withItsNameAndStack() throws Exception {
    Semaphore mayEnd = new Semaphore(0);
    Thread[] forgotten = new Thread[1];
    platform.add(
        TestProvider.of("leaky", context -> forgotten[0] = start(mayEnd::acquireUninterruptibly)));

    platform.devices.close();

    assertEquals(
        "Device leaky leaves thread 'forgotten' behind: it must end its threads in close().",
        platform.faults.get(0).getMessage());
    assertTrue(platform.faults.get(0).getCause().getStackTrace().length > 0);
    mayEnd.release();
    forgotten[0].join();
  }

  @Test
  void threadsOfOthers_areLeftAlone() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    Thread mine = start(() -> awaitUnchecked(mayEnd));
    contextOf("tidy");

    platform.devices.close();

    assertFalse(mine.isInterrupted());
    mayEnd.countDown();
    mine.join();
  }

  /** The pump of a stream, say, and what is started from there. */
  @Test
  void aThreadThatTheHostStartsForAStream_isNotTheDevices() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    Thread[] pump = new Thread[1];
    platform.onOpen = () -> pump[0] = start(() -> awaitUnchecked(mayEnd));
    platform.add(TestProvider.of("serial", context -> context.stream("memory")));

    platform.devices.close();

    assertFalse(pump[0].isInterrupted());
    assertTrue(pump[0].isAlive());
    assertEquals(List.of(), platform.faults);
    mayEnd.countDown();
    pump[0].join();
  }

  @Test
  void whileItsCodeRuns_theContextClassLoaderLeadsToTheDevicesClasses() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    Class<?>[] found = new Class<?>[1];
    platform.add(
        TestProvider.making(
            "plugin",
            context -> {
              ClassLoader loader = Thread.currentThread().getContextClassLoader();
              try {
                found[0] = loader.loadClass(Device.class.getName());
              } catch (ClassNotFoundException e) {
                throw new AssertionError(e);
              }
              return new TestProvider.Quiet();
            }));

    assertSame(Device.class, found[0]);
    assertSame(before, Thread.currentThread().getContextClassLoader());
  }

  private DeviceContext contextOf(String type) {
    platform.add(TestProvider.of(type, context -> kept[0] = context));
    return kept[0];
  }

  private static int fail(InterruptLine line) {
    if (line != null) {
      line.set(true);
    }
    throw new IllegalStateException("bug");
  }

  private static Thread start(Runnable task) {
    Thread thread = new Thread(task, "forgotten");
    thread.start();
    return thread;
  }

  private static void waitForEver() {
    awaitUnchecked(new CountDownLatch(1));
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // and so it ends
    }
  }
}
