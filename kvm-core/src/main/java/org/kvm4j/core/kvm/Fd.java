package org.kvm4j.core.kvm;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.kvm4j.core.sys.Syscalls;

/** One KVM file descriptor and its only owner. Threading: any thread. */
final class Fd implements AutoCloseable {

  private final Syscalls sys;
  private final int number;
  private final String name;
  private final AtomicBoolean closed = new AtomicBoolean();

  /**
   * Owns a descriptor.
   *
   * @param name of the object behind it, for messages: {@code vCPU 0}
   */
  Fd(Syscalls sys, int number, String name) {
    this.sys = sys;
    this.number = number;
    this.name = name;
  }

  Syscalls sys() {
    return sys;
  }

  /** The number, for KVM_RUN alone, whose failures are answers. */
  int number() {
    return number;
  }

  /** An ioctl whose failure is an error. EINTR is one, too: none of these calls blocks. */
  int ioctl(String call, long request, long argument) {
    int result = tryIoctl(request, argument);
    if (result < 0) {
      throw Failure.of(call + " on " + name, result);
    }
    return result;
  }

  int ioctl(String call, long request, ByteBuffer argument) {
    try {
      return ioctl(call, request, sys.addressOf(argument));
    } finally {
      Reference.reachabilityFence(argument); // the kernel has its address
    }
  }

  /** An ioctl whose failure the caller handles: a negative errno. */
  int tryIoctl(long request, long argument) {
    requireOpen();
    return sys.ioctl(number, request, argument);
  }

  void requireOpen() {
    if (closed.get()) {
      throw new IllegalStateException(name + " is closed");
    }
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      sys.close(number);
    }
  }
}
