package org.kvm4j.core.stream;

import static org.kvm4j.core.stream.Fcntl.FIONBIO;
import static org.kvm4j.core.stream.Fcntl.O_NOCTTY;
import static org.kvm4j.core.stream.Fcntl.O_RDWR;
import static org.kvm4j.core.sys.PollSet.NONE;
import static org.kvm4j.core.sys.PollSet.POLLHUP;
import static org.kvm4j.core.sys.PollSet.POLLIN;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.device.DeviceConfigurationException;

/**
 * The master of a pseudo-terminal whose other side is opened and left by programs at will.
 *
 * <p>While nobody has the other side open, poll reports a hang-up without end and reading fails
 * with EIO. The master is left out of poll then, and looked at a few times a second.
 */
final class PtyEnd implements HostEnd {

  private static final int CHECK_MILLIS = 200;

  private final Syscalls libc;
  private final int master;
  private final String path;
  private final PollSet hangUp;
  private boolean hasInput;
  private boolean hasPeer;

  private PtyEnd(Syscalls libc, int master, String path) {
    this.libc = libc;
    this.master = master;
    this.path = path;
    this.hangUp = new PollSet(libc, 1);
  }

  /** Opens a new pseudo-terminal. */
  static PtyEnd open(Syscalls libc) {
    int master = check("posix_openpt", libc.openPty());
    try {
      setNonBlocking(libc, master);
      String path = libc.ptyName(master);
      makeTransparent(libc, path);
      return new PtyEnd(libc, master, path);
    } catch (RuntimeException e) {
      libc.close(master);
      throw e;
    }
  }

  /** A master says POLLOUT while it has room for one byte, so a write of more could block. */
  private static void setNonBlocking(Syscalls libc, int fd) {
    ByteBuffer on = ByteBuffer.allocateDirect(Integer.BYTES).order(ByteOrder.nativeOrder());
    try {
      check("FIONBIO", libc.ioctl(fd, FIONBIO, libc.addressOf(on.putInt(0, 1))));
    } finally {
      Reference.reachabilityFence(on); // its memory goes with it, and the kernel has the address
    }
  }

  /**
   * Switches echo and all translation off: a new terminal would send the guest its own output.
   *
   * <p>That the other side was open once and is not any more is also what makes poll report the
   * hang-up, and so that nobody is there.
   */
  private static void makeTransparent(Syscalls libc, String path) {
    int slave = check("open " + path, libc.open(path, O_RDWR | O_NOCTTY));
    ByteBuffer termios = RawMode.newTermios();
    try {
      check("tcgetattr", libc.tcgetattr(slave, termios));
      RawMode.setTransparent(termios);
      check("tcsetattr", libc.tcsetattr(slave, termios));
    } finally {
      Reference.reachabilityFence(termios);
      libc.close(slave);
    }
  }

  private static int check(String call, int result) {
    if (result < 0) {
      throw new DeviceConfigurationException(
          "Stream pty cannot be opened: %s: %s. Is /dev/pts mounted?"
              .formatted(call, Errno.describe(-result)));
    }
    return result;
  }

  /** The terminal's other side. */
  String path() {
    return path;
  }

  @Override
  public String description() {
    return "connect with e.g. screen " + path;
  }

  @Override
  public int inputFd() {
    return hasInput ? master : NONE;
  }

  @Override
  public int outputFd() {
    return hasPeer ? master : NONE;
  }

  @Override
  public boolean awaitsPeer() {
    return true;
  }

  @Override
  public int peerCheckMillis() {
    return hasPeer ? -1 : CHECK_MILLIS;
  }

  @Override
  public void checkPeer() {
    hangUp.set(0, master, POLLIN);
    if (hangUp.await(0) >= 0) {
      hasPeer = (hangUp.revents(0) & POLLHUP) == 0;
      hasInput = hasPeer || (hangUp.revents(0) & POLLIN) != 0;
    }
  }

  /** {@inheritDoc} EIO: the other side is closed, and what it sent has been read. */
  @Override
  public void inputEnded(int errno) {
    hasInput = false;
    hasPeer = false;
  }

  /** {@inheritDoc} There may be input from before the hang-up. */
  @Override
  public void outputFailed(int errno) {
    hasPeer = false;
  }

  @Override
  public void close() {
    libc.close(master);
  }
}
