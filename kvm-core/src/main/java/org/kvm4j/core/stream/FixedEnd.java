package org.kvm4j.core.stream;

import static org.kvm4j.core.sys.PollSet.NONE;

import java.lang.System.Logger.Level;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;

/** A file or the standard streams: each direction works until it ends, and never again. */
final class FixedEnd implements HostEnd {

  private static final System.Logger LOG = System.getLogger(FixedEnd.class.getName());

  private final Syscalls libc;
  private final String name;
  private final String description;
  private final int[] owned;
  private final Runnable afterClose;
  private int inputFd;
  private int outputFd;

  /**
   * With its descriptors.
   *
   * @param name in messages: {@code stdio}
   * @param inputFd or {@link PollSet#NONE}
   * @param owned the descriptors to close
   * @param afterClose runs when they are closed
   */
  FixedEnd(
      Syscalls libc,
      String name,
      String description,
      int inputFd,
      int outputFd,
      int[] owned,
      Runnable afterClose) {
    this.libc = libc;
    this.name = name;
    this.description = description;
    this.inputFd = inputFd;
    this.outputFd = outputFd;
    this.owned = owned.clone();
    this.afterClose = afterClose;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public int inputFd() {
    return inputFd;
  }

  @Override
  public int outputFd() {
    return outputFd;
  }

  @Override
  public void inputEnded(int errno) {
    inputFd = NONE;
    if (errno != 0) {
      LOG.log(Level.WARNING, name + ": no more input: " + Errno.describe(errno) + ".");
    }
  }

  @Override
  public void outputFailed(int errno) {
    outputFd = NONE; // once: there is no output that could fail again
    LOG.log(
        Level.WARNING,
        name + ": output fails: " + Errno.describe(errno) + ". It is discarded from now on.");
  }

  @Override
  public void close() {
    for (int fd : owned) {
      libc.close(fd);
    }
    afterClose.run();
  }
}
