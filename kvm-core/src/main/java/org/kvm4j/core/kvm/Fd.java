package org.kvm4j.core.kvm;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.sys.Syscalls;

/**
 * One KVM file descriptor and its only owner. Threading: any thread.
 *
 * <p>Every ioctl first makes sure that the host has the capability it needs. A number may be
 * another file's the moment it is closed: closing while calls are under way leaves that to the last
 * of them.
 */
final class Fd implements AutoCloseable {

  private static final int CLOSED = Integer.MIN_VALUE;

  private final Syscalls sys;
  private final FdKind kind;
  private final int number;
  private final String name;
  private final Capabilities capabilities;

  /** How many calls are under way, and {@link #CLOSED} from close on. */
  private final AtomicInteger calls = new AtomicInteger();

  private Fd(Syscalls sys, FdKind kind, int number, String name, Capabilities shared) {
    this.sys = sys;
    this.kind = kind;
    this.number = number;
    this.name = name;
    this.capabilities = shared == null ? new Capabilities(this) : shared;
  }

  /** Owns an open {@code /dev/kvm}. */
  static Fd system(Syscalls sys, int number, String path) {
    return new Fd(sys, FdKind.SYSTEM, number, path, null);
  }

  /** Owns what KVM_CREATE_VM gave. A VM answers for its own capabilities. */
  static Fd vm(Syscalls sys, int number) {
    return new Fd(sys, FdKind.VM, number, "the VM", null);
  }

  /**
   * Owns a descriptor that an ioctl on this VM gave.
   *
   * @param childName of the object behind it, for messages: {@code vCPU 0}
   */
  Fd child(FdKind childKind, int childNumber, String childName) {
    return new Fd(sys, childKind, childNumber, childName, capabilities);
  }

  Syscalls sys() {
    return sys;
  }

  String name() {
    return name;
  }

  Capabilities capabilities() {
    return capabilities;
  }

  /** The number, for KVM_RUN alone, whose failures are answers. */
  int number() {
    return number;
  }

  /**
   * An ioctl whose failure is an error. EINTR is one, too: none of these calls blocks.
   *
   * @throws KvmCapabilityException if the host lacks what the call needs
   */
  int ioctl(Ioctl call, long argument) {
    int result = tryIoctl(call, argument);
    if (result < 0) {
      throw failure(call, result);
    }
    return result;
  }

  /** As {@link #ioctl(Ioctl, long)}, with the address of a struct. */
  int ioctl(Ioctl call, ByteBuffer argument) {
    int result = tryIoctl(call, argument);
    if (result < 0) {
      throw failure(call, result);
    }
    return result;
  }

  /** An ioctl whose failure the caller handles: a negative errno. */
  int tryIoctl(Ioctl call, long argument) {
    requireOpen();
    Optional<KvmCapability> capability = call.capability(kind);
    if (capability.isPresent() && capabilities.value(capability.get()) <= 0) {
      throw new KvmCapabilityException(capability.get(), call + " on " + name);
    }
    enter();
    try {
      return sys.ioctl(number, call.request(), argument);
    } finally {
      leave();
    }
  }

  /** As {@link #tryIoctl(Ioctl, long)}, with the address of a struct. */
  int tryIoctl(Ioctl call, ByteBuffer argument) {
    try {
      return tryIoctl(call, sys.addressOf(argument));
    } finally {
      Reference.reachabilityFence(argument); // the kernel has its address
    }
  }

  /** What to throw for a negative result of {@code tryIoctl}. */
  KvmIoctlException failure(Ioctl call, int result) {
    return Failure.of(call, name, result);
  }

  void requireOpen() {
    if (calls.get() < 0) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  private void enter() {
    int known;
    do {
      requireOpen();
      known = calls.get();
    } while (known < 0 || !calls.compareAndSet(known, known + 1));
  }

  private void leave() {
    if (calls.decrementAndGet() == CLOSED) {
      sys.close(number);
    }
  }

  /** Idempotent; no call begins after it. */
  @Override
  public void close() {
    if (calls.getAndUpdate(known -> known | CLOSED) == 0) {
      sys.close(number);
    }
  }
}
