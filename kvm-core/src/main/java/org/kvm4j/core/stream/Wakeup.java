package org.kvm4j.core.stream;

import java.nio.ByteBuffer;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.device.DeviceConfigurationException;

/**
 * An eventfd that ends a poll.
 *
 * <p>Threading: {@link #signal} from any thread; the rest from the one that polls.
 */
final class Wakeup implements AutoCloseable {

  private final Syscalls libc;
  private final int fd;
  private final ByteBuffer one = ByteBuffer.allocateDirect(Long.BYTES).put(0, (byte) 1);
  private final ByteBuffer counter = ByteBuffer.allocateDirect(Long.BYTES);
  private boolean closed; // guarded by this

  /** Opens the eventfd. */
  Wakeup(Syscalls libc) {
    this.libc = libc;
    this.fd = libc.eventfd(0);
    if (fd < 0) {
      throw new DeviceConfigurationException(
          "A host stream cannot be opened: eventfd: %s.".formatted(Errno.describe(-fd)));
    }
  }

  int fd() {
    return fd;
  }

  /** Makes {@link #fd} readable. A signal after the close is ignored: the number may be reused. */
  synchronized void signal() {
    if (!closed) {
      libc.write(fd, one.clear()); // fails only at 2^64 - 1 signals not taken
    }
  }

  /** Makes {@link #fd} not readable. */
  void drain() {
    libc.read(fd, counter.clear());
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      libc.close(fd);
    }
  }
}
