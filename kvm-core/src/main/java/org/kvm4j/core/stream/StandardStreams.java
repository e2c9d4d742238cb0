package org.kvm4j.core.stream;

import static org.kvm4j.core.stream.Fcntl.O_NOCTTY;
import static org.kvm4j.core.stream.Fcntl.O_NONBLOCK;
import static org.kvm4j.core.stream.Fcntl.O_RDONLY;
import static org.kvm4j.core.stream.Fcntl.O_WRONLY;
import static org.kvm4j.core.sys.PollSet.NONE;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.kvm4j.core.sys.Syscalls;

/** Opens a stream on descriptors that the process was started with. */
final class StandardStreams {

  private StandardStreams() {}

  /**
   * Opens the stream.
   *
   * @param escape sees the input if it comes from a terminal
   * @param afterClose runs when the stream is closed
   */
  static PumpedStream open(
      Syscalls libc,
      int inputFd,
      int outputFd,
      IntUnaryOperator escape,
      StreamLimits limits,
      Runnable afterClose) {
    int ownInput = reopenTerminal(libc, inputFd, O_RDONLY);
    int ownOutput = reopenTerminal(libc, outputFd, O_WRONLY);
    FixedEnd end =
        new FixedEnd(
            libc,
            "stdio",
            "standard input and output",
            ownInput >= 0 ? ownInput : inputFd,
            ownOutput >= 0 ? ownOutput : outputFd,
            IntStream.of(ownInput, ownOutput).filter(fd -> fd >= 0).toArray(),
            afterClose);
    IntUnaryOperator filter = libc.isatty(inputFd) == 1 ? escape : IntUnaryOperator.identity();
    return PumpedStream.start("stdio", libc, end, filter, limits);
  }

  /** Opens standard error, which any number of streams may share. */
  static PumpedStream openOutput(Syscalls libc, int fd, StreamLimits limits) {
    int own = reopenTerminal(libc, fd, O_WRONLY);
    FixedEnd end =
        new FixedEnd(
            libc,
            "stderr",
            "output goes to standard error",
            NONE,
            own >= 0 ? own : fd,
            IntStream.of(own).filter(each -> each >= 0).toArray(),
            () -> {});
    return PumpedStream.start("stderr", libc, end, IntUnaryOperator.identity(), limits);
  }

  /**
   * Opens a terminal once more, without blocking.
   *
   * <p>A terminal says POLLOUT while it has room for one byte, so a write of more blocks when its
   * other side stalls. O_NONBLOCK on the descriptor itself would be on the shell's and every other
   * process's, too: they share one open file. A second one is ours alone. If it cannot be had (no
   * permission after su), the first one is used as it is.
   *
   * @return the new descriptor, or negative
   */
  private static int reopenTerminal(Syscalls libc, int fd, int access) {
    return libc.isatty(fd) == 1
        ? libc.open("/proc/self/fd/" + fd, access | O_NONBLOCK | O_NOCTTY)
        : -1;
  }
}
