package org.kvm4j.testkit;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceContext;
import org.kvm4j.device.DeviceStateException;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.StateReader;
import org.kvm4j.device.StateWriter;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmTimer;

/**
 * A mailbox of 4 bytes from the host, an interval timer and a scratch register: a little of all
 * that devices have, and on request a {@link Flaw}.
 */
final class SampleDevice implements Device, PioHandler {

  static final int DATA = 0;
  static final int CONTROL = 1;
  static final int CONTROL_IRQ = 1;
  static final int CONTROL_TIMER = 2;
  static final int TICKS = 2;
  static final int LEVEL = 3;
  static final long PERIOD_NANOS = 100_000;

  private static final int CAPACITY = 4;
  private static int sharedScratch; // for Flaw.SHARED_BY_ALL

  private final Set<Flaw> flaws;
  private final System.Logger log;
  private final VmClock clock;
  private final VmTimer timer;
  private final InterruptLine line;
  private final HostStream stream;
  private final ByteArrayOutputStream history = new ByteArrayOutputStream();
  private final byte[] inbox = new byte[CAPACITY];
  private int inboxLength;
  private int control;
  private int ticks;
  private long scratch;
  private long deadlineNanos;
  private final Thread thread = new Thread(SampleDevice::waitForEver, "sample");
  private Thread onlyThread;
  private boolean closed;

  SampleDevice(DeviceContext context, Set<Flaw> flaws) {
    this.flaws = flaws;
    log = context.log();
    clock = context.clock();
    timer = context.timer(this::tick);
    line = context.interruptLine(context.options().value(SampleProvider.IRQ));
    stream = context.stream("memory");
    stream.onReady(this::fillInbox);
    int base = context.options().value(SampleProvider.BASE);
    context.pio().register(base, 4, this);
    if (flaws.contains(Flaw.RANGES_OVERLAP)) {
      context.pio().register(base + 3, 1, this);
    }
    context.mmio().register(context.options().value(SampleProvider.SCRATCH), 8, new Scratch());
    if (flaws.contains(Flaw.OCCUPIES_MORE_THAN_IT_SAYS)) {
      context.pio().register(base + 4, 1, this);
    }
    if (flaws.contains(Flaw.LEAVES_A_THREAD) || flaws.contains(Flaw.OWNS_A_THREAD_UNTIL_CLOSED)) {
      thread.setDaemon(true);
      thread.start();
    }
  }

  @Override
  public int maxAccessBytes() {
    return 1;
  }

  @Override
  public int read(int offset, int size) {
    misbehave(0);
    return switch (offset) {
      case DATA -> takeFromInbox();
      case CONTROL -> control;
      case TICKS -> ticks;
      default -> inboxLength;
    };
  }

  @Override
  public void write(int offset, int size, int value) {
    misbehave(value);
    switch (offset) {
      case DATA -> stream.write(value);
      case CONTROL -> setControl(value & (CONTROL_IRQ | CONTROL_TIMER));
      default -> {}
    }
  }

  @Override
  public void reset() {
    inboxLength = 0;
    Arrays.fill(inbox, (byte) 0);
    ticks = 0;
    control = 0;
    deadlineNanos = 0;
    if (!flaws.contains(Flaw.RESET_FORGETS_REGISTER)) {
      scratch = 0;
    }
    if (!flaws.contains(Flaw.RESET_LEAVES_TIMER_ARMED)) {
      timer.cancel();
    }
    if (!flaws.contains(Flaw.RESET_LEAVES_LINE_HIGH)) {
      fillInbox(); // the host may have sent more than the inbox took until now
    }
  }

  @Override
  public void save(StateWriter out) {
    out.put("inbox", inbox).put("inboxLength", inboxLength).put("control", control);
    out.put("ticks", ticks).put("deadlineNanos", deadlineNanos);
    if (!flaws.contains(Flaw.SAVE_FORGETS_REGISTER)) {
      out.put("scratch", scratch);
    }
    if (flaws.contains(Flaw.GROWS_WITH_EVERY_WRITE)) {
      out.put("history", history.toByteArray());
    }
  }

  @Override
  public void restore(StateReader in) {
    boolean unchecked = flaws.contains(Flaw.RESTORE_CHECKS_NOTHING);
    long newScratch = 0;
    if (!flaws.contains(Flaw.SAVE_FORGETS_REGISTER)) {
      newScratch = in.longValue("scratch", Long.MIN_VALUE, Long.MAX_VALUE);
    }
    if (flaws.contains(Flaw.RESTORE_SETS_BEFORE_CHECKING)) {
      scratch = newScratch;
    }
    byte[] newInbox = in.bytes("inbox", CAPACITY);
    if (newInbox.length != CAPACITY) {
      if (flaws.contains(Flaw.RESTORE_THROWS_ANYTHING)) {
        throw new IllegalArgumentException("inbox");
      }
      throw new DeviceStateException("inbox: 4 bytes are needed");
    }
    int newLength = in.intValue("inboxLength", 0, unchecked ? Integer.MAX_VALUE : CAPACITY);
    int newControl = in.intValue("control", 0, CONTROL_IRQ | CONTROL_TIMER);
    int newTicks = in.intValue("ticks", 0, 255);
    long newDeadline = in.longValue("deadlineNanos", 0, clock.nanoTime() + PERIOD_NANOS);

    System.arraycopy(newInbox, 0, inbox, 0, CAPACITY);
    inboxLength = newLength;
    control = newControl;
    ticks = newTicks;
    scratch = newScratch;
    deadlineNanos = newDeadline;
    timer.cancel();
    if (isTimerOn() && !flaws.contains(Flaw.RESTORE_FORGETS_TIMER)) {
      timer.arm(deadlineNanos);
    }
    if (!flaws.contains(Flaw.RESTORE_FORGETS_LINE)) {
      updateLine();
    }
  }

  @Override
  public void close() {
    if (closed && flaws.contains(Flaw.THROWS_WHEN_CLOSED_TWICE)) {
      throw new IllegalStateException("closed twice");
    }
    closed = true;
    if (flaws.contains(Flaw.OWNS_A_THREAD_UNTIL_CLOSED)) {
      endThread();
    }
  }

  private void setControl(int value) {
    boolean startTimer = (value & CONTROL_TIMER) != 0 && !isTimerOn();
    control = value;
    if (startTimer) {
      armTimer();
    } else if (!isTimerOn()) {
      timer.cancel();
      deadlineNanos = 0;
    }
    updateLine();
  }

  private boolean isTimerOn() {
    return (control & CONTROL_TIMER) != 0;
  }

  private void tick() {
    ticks = ticks + 1 & 0xff;
    armTimer();
  }

  private void armTimer() {
    boolean now = flaws.contains(Flaw.REARMS_FOR_NOW);
    // A restored deadline may be long past: go on from now, not through all the missed ones.
    deadlineNanos = clock.nanoTime() + (now ? 0 : PERIOD_NANOS);
    timer.arm(deadlineNanos);
  }

  private void fillInbox() {
    while (inboxLength < CAPACITY) {
      int next = stream.read();
      if (next == HostStream.NOTHING) {
        break;
      }
      inbox[inboxLength++] = (byte) next;
    }
    updateLine();
  }

  private int takeFromInbox() {
    if (inboxLength == 0) {
      return 0;
    }
    int first = inbox[0];
    for (int i = 1; i < inboxLength; i++) {
      inbox[i - 1] = inbox[i];
    }
    inboxLength--;
    fillInbox();
    return first;
  }

  private void updateLine() {
    line.set((control & CONTROL_IRQ) != 0 && inboxLength > 0);
  }

  private void misbehave(int value) {
    if (flaws.contains(Flaw.THROWS_ON_A_VALUE) && value == 0x40) {
      throw new ArithmeticException("no such value");
    }
    if (flaws.contains(Flaw.GROWS_WITH_EVERY_WRITE)) {
      history.write(value);
      history.write(value);
    }
    if (flaws.contains(Flaw.LOGS_EVERY_ACCESS)) {
      log.log(System.Logger.Level.WARNING, "access");
    }
    if (flaws.contains(Flaw.ONE_THREAD_ONLY)) {
      onlyThread = onlyThread == null ? Thread.currentThread() : onlyThread;
      if (onlyThread != Thread.currentThread()) {
        throw new IllegalStateException("another thread");
      }
    }
  }

  private void endThread() {
    thread.interrupt();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void waitForEver() {
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Scratch implements MmioHandler {

    @Override
    public long read(long offset, int size) {
      return scratch() >>> (8 * offset);
    }

    @Override
    public void write(long offset, int size, long value) {
      if (flaws.contains(Flaw.SHARED_BY_ALL)) {
        sharedScratch = (int) value;
      }
      if (offset == 0) {
        scratch = value;
      }
    }

    private long scratch() {
      return flaws.contains(Flaw.SHARED_BY_ALL) ? sharedScratch : scratch;
    }
  }
}
