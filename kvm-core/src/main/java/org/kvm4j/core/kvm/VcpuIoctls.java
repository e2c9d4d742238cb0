package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.kvm4j.core.abi.Ioctl;

/**
 * The ioctls of one vCPU on the thread that may make them, with one piece of memory for their
 * arguments: the vCPU's thread rule makes it single-threaded.
 */
final class VcpuIoctls {

  private static final int SCRATCH_BYTES = 4096;

  private final Fd fd;
  private final RunGate gate;
  private final ByteBuffer scratch = Native.allocate(SCRATCH_BYTES);

  VcpuIoctls(Fd fd, RunGate gate) {
    this.fd = fd;
    this.gate = gate;
  }

  Fd fd() {
    return fd;
  }

  /** Throws if this thread may not touch the vCPU. */
  void checkThread() {
    gate.check();
  }

  /** Does something with mapped memory of the vCPU, which stays mapped meanwhile. */
  <T> T holding(Supplier<T> action) {
    return gate.holding(action);
  }

  /** As {@link #holding}, without a result. */
  void hold(Runnable action) {
    gate.hold(action);
  }

  /** An ioctl without a struct. */
  int call(Ioctl call, long argument) {
    gate.check();
    return fd.ioctl(call, argument);
  }

  /** An ioctl with a struct of the caller's, for those that do not fit the scratch memory. */
  int call(Ioctl call, ByteBuffer argument) {
    gate.check();
    return fd.ioctl(call, argument);
  }

  /** As {@link #call(Ioctl, ByteBuffer)}, but the caller handles its failure: a negative errno. */
  int tryCall(Ioctl call, ByteBuffer argument) {
    gate.check();
    return fd.tryIoctl(call, argument);
  }

  /** An ioctl that fills a struct. */
  <T> T get(Ioctl call, Function<ByteBuffer, T> read) {
    return exchange(call, argument -> {}, read);
  }

  /** An ioctl that takes a struct. */
  <T> void set(Ioctl call, BiConsumer<ByteBuffer, T> write, T value) {
    exchange(call, argument -> write.accept(argument, value), argument -> null);
  }

  /** An ioctl that takes a struct, zeroed before {@code write}, and changes it. */
  <T> T exchange(Ioctl call, Consumer<ByteBuffer> write, Function<ByteBuffer, T> read) {
    gate.check();
    for (int i = 0; i < call.sizeBytes(); i++) {
      scratch.put(i, (byte) 0);
    }
    write.accept(scratch);
    fd.ioctl(call, scratch);
    return read.apply(scratch);
  }
}
