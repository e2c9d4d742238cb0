package org.kvm4j.core.kvm;

import static java.util.stream.Collectors.toMap;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.kvm4j.KvmCapability;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmCreateDevice;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;

/**
 * A KVM that does what a test says and writes down what it was asked.
 *
 * <p>Strict: an ioctl on the wrong kind of descriptor, a descriptor or mapping closed twice, and a
 * KVM_RUN that nobody scripted fail the test. As in the kernel, an access is finished by the next
 * KVM_RUN, which then honours {@code immediate_exit}, and a signal counts only within KVM_RUN.
 */
final class ScriptedKernel extends KvmSyscallsOnly {

  static final String DEVICE = "/dev/kvm";
  static final int RUN_AREA_BYTES = 3 * 4096;

  /** The answer of one call; gets the argument of an ioctl, or 0. */
  @FunctionalInterface
  interface Answer {
    int to(long argument);
  }

  /** SIGRTMIN+2. */
  static final int KICK_SIGNAL = 36;

  private static final long KVM_RUN = Ioctl.KVM_RUN.request();

  /** Only so that a test that hangs ends. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final Map<Long, Ioctl> BY_REQUEST =
      Stream.of(Ioctl.values()).collect(toMap(Ioctl::request, Function.identity()));

  private final OpenResources open = new OpenResources();
  private final Map<String, Deque<Answer>> nextAnswers = new HashMap<>();
  private final Map<String, Answer> answers = new HashMap<>();
  private final List<String> calls = new ArrayList<>();
  private final Deque<ScriptedExit> exits = new ArrayDeque<>();
  private final List<Integer> signalled = new ArrayList<>();

  private byte[] statsFile = new StatsFile("kvm-1").bytes();
  private ByteBuffer runArea;
  private ScriptedExit unfinished;
  private boolean asleep;
  private int sleeps;

  /** What the next calls of this name give: an ioctl by its name, {@code open} or {@code mmap}. */
  synchronized ScriptedKernel next(String call, Answer... inOrder) {
    nextAnswers.computeIfAbsent(call, name -> new ArrayDeque<>()).addAll(Arrays.asList(inOrder));
    return this;
  }

  /** The next call of this name fails. */
  ScriptedKernel failsOnce(String call, int errno) {
    return next(call, argument -> -errno);
  }

  /** Every call of this name from now on. */
  synchronized ScriptedKernel always(String call, Answer answer) {
    answers.put(call, answer);
    return this;
  }

  /** What KVM_CHECK_EXTENSION says of one capability from now on; of every other it says 1. */
  ScriptedKernel offers(KvmCapability capability, int value) {
    return always("KVM_CHECK_EXTENSION", number -> number == capability.number() ? value : 1);
  }

  /** What the next KVM_RUNs do, in order. */
  synchronized ScriptedKernel exits(ScriptedExit... inOrder) {
    exits.addAll(Arrays.asList(inOrder));
    return this;
  }

  /** All calls but KVM_RUN, by name. */
  synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /** The exits that no KVM_RUN has asked for yet. */
  synchronized int exitsLeft() {
    return exits.size();
  }

  /** The threads that were sent the kick signal. */
  synchronized List<Integer> signalled() {
    return List.copyOf(signalled);
  }

  /** Waits until a vCPU has gone to sleep in KVM_RUN for the {@code count}th time. */
  synchronized void awaitSleeps(int count) throws InterruptedException {
    while (sleeps < count) {
      wait();
    }
  }

  /** Waits until {@code count} kick signals were sent. */
  synchronized void awaitSignals(int count) throws InterruptedException {
    while (signalled.size() < count) {
      wait();
    }
  }

  /** Fails unless every descriptor and mapping was given back. */
  synchronized void assertNothingOpen() {
    open.assertNone();
  }

  @Override
  public synchronized int open(String path, int flags) {
    calls.add("open");
    int scripted = scripted("open", 0, 0);
    return scripted != 0 ? scripted : open.fd(FdKind.SYSTEM);
  }

  @Override
  public synchronized int close(int fd) {
    open.close(fd);
    calls.add("close");
    return 0;
  }

  @Override
  public int ioctl(int fd, long request, long argument) {
    if (request == KVM_RUN) {
      return enterGuest();
    }
    return answer(fd, request, argument);
  }

  @Override
  public synchronized long mmap(long lengthBytes, int prot, int flags, int fd, long offset) {
    calls.add("mmap");
    int scripted = scripted("mmap", lengthBytes, 0);
    if (scripted != 0) {
      return scripted;
    }
    ByteBuffer memory = Native.allocate(Math.toIntExact(lengthBytes));
    if (fd >= 0) {
      boolean isVcpu = open.is(fd, FdKind.VCPU);
      assertTrue(isVcpu || open.isFile(fd), "mmap of what is no vCPU and no file");
      if (isVcpu && offset == 0) {
        runArea = memory;
      }
    }
    return open.map(addressOf(memory), memory);
  }

  @Override
  public synchronized int munmap(long address, long lengthBytes) {
    open.unmap(address, lengthBytes);
    calls.add("munmap");
    return 0;
  }

  @Override
  public synchronized int madvise(long address, long lengthBytes, int advice) {
    return scripted("madvise", 0, 0);
  }

  @Override
  public int currentThreadId() {
    return (int) Thread.currentThread().getId();
  }

  @Override
  public synchronized int interruptThread(int threadId) {
    signalled.add(threadId);
    asleep = false; // a signal outside KVM_RUN only runs its handler: nothing remembers it
    notifyAll();
    return 0;
  }

  @Override
  public int kickSignal() {
    return KICK_SIGNAL;
  }

  @Override
  public long addressOf(ByteBuffer direct) {
    return NativeLibc.INSTANCE.addressOf(direct);
  }

  @Override
  public ByteBuffer view(long address, int lengthBytes) {
    return NativeLibc.INSTANCE.view(address, lengthBytes);
  }

  /** The one mapping of this length. */
  synchronized ByteBuffer mappingOf(int lengthBytes) {
    return open.mappingOf(lengthBytes);
  }

  /** Memory of the test's own process at an ioctl's argument. */
  ByteBuffer at(long argument, int lengthBytes) {
    return view(argument, lengthBytes);
  }

  /** Sleeps in KVM_RUN until a signal; called by {@link ScriptedExit#sleep}. */
  synchronized int sleep() {
    if (immediateExit()) {
      return -Errno.EINTR;
    }
    asleep = true;
    sleeps++;
    notifyAll();
    boolean interrupted = false;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (asleep) {
      try {
        wait(PATIENCE.toMillis());
      } catch (InterruptedException e) {
        interrupted = true; // the kernel knows nothing of it; what counts is the signal
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("asleep in KVM_RUN, and no signal comes");
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return -Errno.EINTR;
  }

  /** Allocates nothing, because a test counts what the run loop allocates. */
  private int enterGuest() {
    if (unfinished != null) {
      unfinished.finish(runArea);
      unfinished = null;
    }
    if (immediateExit()) {
      return -Errno.EINTR;
    }
    ScriptedExit exit;
    synchronized (this) {
      Deque<Answer> failures = nextAnswers.get(Ioctl.KVM_RUN.name());
      if (failures != null && !failures.isEmpty()) {
        return failures.remove().to(0);
      }
      exit = exits.peek();
      if (exit == null) {
        throw new AssertionError("KVM_RUN, but the script has ended");
      }
      if (exit.isLastTime()) {
        exits.remove();
      }
    }
    int result = exit.enter(this, runArea);
    unfinished = exit;
    return result;
  }

  private boolean immediateExit() {
    return runArea.get(KvmRun.IMMEDIATE_EXIT) != 0;
  }

  private synchronized int answer(int fd, long request, long argument) {
    Ioctl call = BY_REQUEST.get(request);
    if (call == null) {
      throw new AssertionError("request 0x%x is not in Ioctl".formatted(request));
    }
    assertTrue(
        Stream.of(FdKind.values()).anyMatch(kind -> open.is(fd, kind) && call.isFor(kind)),
        () -> call + " on descriptor " + fd + ", which is " + open.kindOf(fd));
    if (call == Ioctl.KVM_CHECK_EXTENSION) {
      // not written down: it is everywhere
      return scripted(call.name(), argument, capability(argument));
    }
    calls.add(call.name());
    return switch (call) {
      case KVM_GET_API_VERSION -> scripted(call.name(), argument, 12);
      case KVM_GET_VCPU_MMAP_SIZE -> scripted(call.name(), argument, RUN_AREA_BYTES);
      case KVM_CREATE_VM -> created(scripted(call.name(), argument, 0), FdKind.VM);
      case KVM_CREATE_VCPU -> created(scripted(call.name(), argument, 0), FdKind.VCPU);
      case KVM_GET_STATS_FD, KVM_CREATE_GUEST_MEMFD ->
          createdFile(scripted(call.name(), argument, 0));
      case KVM_CREATE_DEVICE -> createDevice(argument);
      default -> scripted(call.name(), argument, 0);
    };
  }

  /** The one call that gives its descriptor in the struct. */
  private int createDevice(long argument) {
    int result = scripted(Ioctl.KVM_CREATE_DEVICE.name(), argument, 0);
    ByteBuffer device = at(argument, KvmCreateDevice.SIZEOF);
    if (result >= 0 && device.getInt(KvmCreateDevice.FLAGS) == 0) {
      device.putInt(KvmCreateDevice.FD, open.fd(FdKind.DEVICE));
    }
    return result;
  }

  /** 1, or what a kernel with everything gives for those that are masks and bounds. */
  private static int capability(long number) {
    return switch ((int) number) {
      case 10 -> 32764; // KVM_CAP_NR_MEMSLOTS
      case 15 -> 2; // KVM_CAP_COALESCED_MMIO, a page number
      case 168 -> 3; // KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2
      case 192 -> 1 << 20; // KVM_CAP_DIRTY_LOG_RING
      case 233 -> 8; // KVM_CAP_MEMORY_ATTRIBUTES
      case 244 -> 3; // KVM_CAP_GUEST_MEMFD_FLAGS
      default -> 1;
    };
  }

  private int scripted(String name, long argument, int otherwise) {
    Deque<Answer> queued = nextAnswers.get(name);
    if (queued != null && !queued.isEmpty()) {
      return queued.remove().to(argument);
    }
    Answer answer = answers.get(name);
    return answer == null ? otherwise : answer.to(argument);
  }

  private int created(int result, FdKind kind) {
    return result < 0 ? result : open.fd(kind);
  }

  private int createdFile(int result) {
    return result < 0 ? result : open.file();
  }

  /** What every statistics file holds from now on; at first it is one without statistics. */
  synchronized ScriptedKernel statsFile(byte[] content) {
    statsFile = content.clone();
    return this;
  }

  @Override
  public synchronized int pread(int fd, ByteBuffer target, long offset) {
    assertTrue(open.isFile(fd), "pread of something that is no file");
    calls.add("pread");
    int most = scripted("pread", offset, Integer.MAX_VALUE);
    if (most < 0) {
      return most;
    }
    int left = (int) Math.max(0, statsFile.length - offset);
    int count = Math.min(Math.min(left, most), target.remaining());
    if (count > 0) {
      target.put(statsFile, (int) offset, count);
    }
    return count;
  }

  @Override
  public synchronized int eventfd(int initialValue) {
    calls.add("eventfd");
    return createdFile(scripted("eventfd", initialValue, 0));
  }
}
