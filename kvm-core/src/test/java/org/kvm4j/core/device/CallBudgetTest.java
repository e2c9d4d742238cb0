package org.kvm4j.core.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.DeviceFaultException;

/** Devices that do not come back, or too late. */
@Timeout(60)
final class CallBudgetTest {

  private final BlockingQueue<DeviceFaultException> faults = new LinkedBlockingQueue<>();
  private final CountDownLatch fenced = new CountDownLatch(1);
  private final AtomicLong hostNanos = new AtomicLong(1);
  private Watchdog watchdog = new Watchdog(Duration.ofMillis(20));

  @AfterEach
  void close() {
    watchdog.close();
  }

  private DeviceGuard guard() {
    return new DeviceGuard(
        "serial",
        watchdog,
        new DeviceThreads(getClass().getClassLoader()),
        fenced::countDown,
        faults::add);
  }

  @Test
  void aCallThatBlocks_isAFaultWithItsStack_andIsInterrupted() throws Exception {
    Target port = guard().around(TestProvider.reading(CallBudgetTest::blockUninterrupted), 0x3f8);
    watchdog.start();

    assertEquals(-1, port.read(5, 1), "the interrupt ends the call");

    DeviceFaultException fault = faults.take();
    assertTrue(
        fault
            .getMessage()
            .startsWith(
                "Device serial does not come back from a read of port 0x3fd, size 1:"
                    + " it may take 20 ms. "),
        fault::getMessage);
    assertTrue(
        Arrays.stream(fault.getCause().getStackTrace())
            .anyMatch(frame -> frame.getMethodName().equals("blockUninterrupted")));
    assertFalse(Thread.interrupted(), "the vCPU's thread goes on as if nothing had been");
    assertEquals(-1, port.read(5, 1));
    assertEquals(0, faults.size());
  }

  /** The stack of the call says more than the exception that the interrupt causes. */
  @Test
  void aCallThatThrowsWhenInterrupted_isOneFault_theFirst() throws Exception {
    Target port =
        guard()
            .around(
                TestProvider.reading(
                    () -> {
                      blockUninterrupted();
                      throw new IllegalStateException("interrupted");
                    }),
                0x3f8);
    watchdog.start();

    port.read(5, 1);

    assertTrue(faults.take().getMessage().startsWith("Device serial does not come back from"));
    assertEquals(0, faults.size());
  }

  /** An endless loop cannot be ended, but nobody else has to wait for it. */
  @Test
  void aDeviceThatIsStuck_holdsUpNoOtherVcpu() throws Exception {
    Semaphore mayEnd = new Semaphore(0);
    CountDownLatch inside = new CountDownLatch(1);
    DeviceGuard guard = guard();
    Target port =
        guard.around(
            TestProvider.reading(
                () -> {
                  inside.countDown();
                  mayEnd.acquireUninterruptibly();
                  return 7;
                }),
            0x60);
    watchdog.start();
    Thread stuck = new Thread(() -> port.read(0, 1));
    stuck.start();
    inside.await();

    assertEquals(-1, port.read(0, 1), "waits until the watchdog has fenced the device");
    guard.run("a timer task", () -> faults.add(new DeviceFaultException("it ran")));
    guard.runLast("close", () -> faults.add(new DeviceFaultException("it ran")));

    assertEquals(1, faults.size());
    assertTrue(fenced.await(0, java.util.concurrent.TimeUnit.SECONDS));
    mayEnd.release();
    stuck.join();
  }

  @Test
  void aCallThatEndsTooLate_isAFault_evenIfNobodyLooked() throws Exception {
    watchdog = new Watchdog(Duration.ofMillis(20), hostNanos::get);
    watchdog.lookAtTheClock();
    Target port =
        guard()
            .around(
                TestProvider.reading(
                    () -> {
                      for (int millis = 0; millis <= 20; millis++) {
                        hostNanos.addAndGet(1_000_000);
                        watchdog.lookAtTheClock(); // awake all the time
                      }
                      return 7;
                    }),
                0x60);

    assertEquals(-1, port.read(0, 1));

    assertTrue(
        faults
            .take()
            .getMessage()
            .startsWith("Device serial took too long for a read of port 0x60, size 1: "));
  }

  /** As a suspended process, a breakpoint or a garbage collection does. */
  @Test
  void timeInWhichTheWatchdogDidNotRunEither_isForgiven() {
    watchdog = new Watchdog(Duration.ofMillis(20), hostNanos::get);
    watchdog.lookAtTheClock();
    Target port =
        guard()
            .around(
                TestProvider.reading(() -> (int) hostNanos.addAndGet(3_600_000_000_000L) & 7),
                0x60);

    assertEquals(hostNanos.get() + 3_600_000_000_000L & 7, port.read(0, 1));

    assertEquals(0, faults.size());
  }

  @Test
  void whatADeviceCallsItself_countsForTheOuterCall() {
    watchdog = new Watchdog(Duration.ofMinutes(1));
    DeviceGuard guard = guard();
    Target inner = guard.around(TestProvider.answering(7), 0x61);
    Target outer =
        guard.around(
            TestProvider.reading(
                () -> {
                  guard.run("a part of it", () -> {});
                  return (int) inner.read(0, 1);
                }),
            0x60);

    assertEquals(7, outer.read(0, 1));

    assertEquals(0, faults.size());
  }

  private static int blockUninterrupted() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      return 7; // as if it had been done
    }
    return 0;
  }
}
