package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.AdditionalAnswers.delegatesTo;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyInt;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.io.EventFd;

/** Eventfds of this host's kernel, which need no KVM. */
final class KvmEventFdTest {

  private static final long PATIENCE_SECONDS = 60;

  private final Syscalls sys = mock(Syscalls.class, delegatesTo(NativeLibc.INSTANCE));
  private final EventFd eventFd = KvmEventFd.create(sys);

  @AfterEach
  void everyDescriptorIsClosedOnce() {
    eventFd.close();
    AtomicInteger opened = new AtomicInteger();
    mockingDetails(sys)
        .getInvocations()
        .forEach(
            call -> {
              switch (call.getMethod().getName()) {
                case "eventfd" -> opened.incrementAndGet();
                case "close" -> opened.decrementAndGet();
                default -> {}
              }
            });
    assertEquals(0, opened.get(), "descriptors left open");
  }

  @Test
  void signals_addUp_andAreTakenAtOnce() {
    eventFd.signal();
    eventFd.signal(41);

    assertEquals(42, eventFd.poll());
    assertEquals(0, eventFd.poll());
  }

  @Test
  void await_takesWhatIsThere() {
    eventFd.signal(3);

    assertEquals(3, eventFd.await());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 1, 2_000_000})
  void await_givesUpAfterItsTime(long nanos) {
    assertEquals(0, eventFd.await(Duration.ofNanos(nanos)));
  }

  @Test
  void await_knowsNoLimitThatIsTooLong() {
    eventFd.signal(5);

    assertEquals(5, eventFd.await(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  @Test
  void await_isWokenByASignal() throws Exception {
    CompletableFuture<Long> taken = waitForTheCall(eventFd::await);

    eventFd.signal(7);

    assertEquals(7, taken.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  @Test
  void closing_wakesWhoeverWaits_beforeTheNumberIsGivenBack() throws Exception {
    CompletableFuture<Long> taken = waitForTheCall(eventFd::await);
    verify(sys, never()).close(anyInt());

    eventFd.close();

    ExecutionException failure =
        assertThrows(ExecutionException.class, () -> taken.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    assertEquals(
        "the eventfd is closed",
        assertInstanceOf(IllegalStateException.class, failure.getCause()).getMessage());
    verify(sys, times(2)).close(anyInt());
  }

  /** An irqfd on the counter would raise an interrupt. */
  @Test
  void closing_doesNotCountAsASignal() throws Exception {
    int number = ((KvmEventFd) eventFd).enter();
    ((KvmEventFd) eventFd).leave();
    CompletableFuture<Long> taken = waitForTheCall(eventFd::await);

    eventFd.close();

    assertThrows(ExecutionException.class, () -> taken.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    verify(sys, never()).write(eq(number), any());
  }

  @Test
  void closing_waitsForAnIoctlThatHasTheNumber() throws Exception {
    KvmEventFd inUse = (KvmEventFd) eventFd;
    eventFd.await(Duration.ZERO); // so that there is a bell to be rung
    CountDownLatch rung = new CountDownLatch(1);
    doAnswer(
            call -> {
              rung.countDown();
              return Long.BYTES;
            })
        .when(sys)
        .write(anyInt(), any());
    inUse.enter();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(eventFd::close);
    assertTrue(rung.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "nobody closes");
    assertThrows(IllegalStateException.class, inUse::enter); // which waits for close() to wait
    verify(sys, never()).close(anyInt());

    inUse.leave();

    closing.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    verify(sys, times(2)).close(anyInt());
  }

  @Test
  void closingTwice_closesOnce() {
    eventFd.close();
    eventFd.close();

    verify(sys).close(anyInt());
  }

  @Test
  void afterClose_everyCallSaysSo() {
    eventFd.close();

    for (Runnable call : List.<Runnable>of(eventFd::signal, eventFd::poll, eventFd::await)) {
      assertEquals(
          "the eventfd is closed",
          assertThrows(IllegalStateException.class, call::run).getMessage());
    }
  }

  @Test
  void aCounterThatIsFull_isAnError_andKeepsItsCount() {
    eventFd.signal(Long.MAX_VALUE);
    eventFd.signal(Long.MAX_VALUE);

    assertEquals(
        "the eventfd's counter is full: nobody takes it",
        assertThrows(IllegalStateException.class, eventFd::signal).getMessage());
    assertEquals("18446744073709551614", Long.toUnsignedString(eventFd.poll()));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void lessThanOne_cannotBeAdded(long count) {
    assertThrows(IllegalArgumentException.class, () -> eventFd.signal(count));
    assertEquals(0, eventFd.poll());
  }

  @Test
  void eintr_goesRound() {
    doAnswer(
            call -> {
              eventFd.signal(9);
              return -Errno.EINTR;
            })
        .when(sys)
        .poll(any(), anyInt(), anyInt());

    assertEquals(9, eventFd.await());
  }

  @Test
  void anotherErrorOfPoll_isAFailure_andLeavesItClosable() {
    doReturn(-Errno.ENOMEM).when(sys).poll(any(), anyInt(), anyInt());

    assertEquals(
        "poll of an eventfd: ENOMEM (12). The host is out of memory: use less guest memory, or"
            + " raise 'ulimit -v'.",
        assertThrows(KvmIoctlException.class, eventFd::await).getMessage());
  }

  @Test
  void noDescriptorsLeft_isAFailure() {
    Syscalls full = mock(Syscalls.class);
    doReturn(-Errno.EMFILE).when(full).eventfd(0);

    assertEquals(
        "eventfd: EMFILE (24). Too many files are open: raise 'ulimit -n', or close other VMs.",
        assertThrows(KvmIoctlException.class, () -> KvmEventFd.create(full)).getMessage());
  }

  /** Begins to wait on another thread, and comes back when that one is about to enter poll(2). */
  private CompletableFuture<Long> waitForTheCall(Supplier<Long> waiting)
      throws InterruptedException {
    CountDownLatch inPoll = new CountDownLatch(1);
    doAnswer(
            call -> {
              inPoll.countDown();
              return NativeLibc.INSTANCE.poll(
                  call.getArgument(0), call.getArgument(1), call.getArgument(2));
            })
        .when(sys)
        .poll(any(), anyInt(), anyInt());
    CompletableFuture<Long> taken = CompletableFuture.supplyAsync(waiting);
    assertTrue(inPoll.await(PATIENCE_SECONDS, TimeUnit.SECONDS), "nobody waits");
    return taken;
  }
}
