package org.kvm4j.core.stream;

import static org.kvm4j.core.sys.PollSet.NONE;
import static org.kvm4j.core.sys.PollSet.POLLIN;
import static org.kvm4j.core.sys.PollSet.POLLOUT;

import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.IntUnaryOperator;
import java.util.function.LongSupplier;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.PollSet;
import org.kvm4j.core.sys.Syscalls;

/**
 * Moves bytes between the rings of a {@link Duplex} and the descriptors of a {@link HostEnd}, until
 * the stream closes; then it sends the rest and closes the descriptors.
 *
 * <p>Output that comes alone goes out at once. What follows within {@link #PAUSE_NANOS} goes
 * together: for each byte of a console the pump would be woken, and take a CPU from the guest.
 *
 * <p>It blocks in poll alone, which a {@link Wakeup} ends. Reads and writes come after poll said
 * that they do not block, and a write is of at most {@link #WRITE_BYTES}, for which a descriptor
 * that could not be made non-blocking has room then.
 */
final class Pump implements Runnable {

  /** In {@code filter}: the byte is not for the device. */
  static final int SWALLOWED = -1;

  /** Between writes, if all output was written. Too short to be seen or felt at a terminal. */
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private static final int WRITE_BYTES = 256;
  private static final int READ_BYTES = 1024;

  private static final int WAKE_SLOT = 0;
  private static final int INPUT_SLOT = 1;
  private static final int OUTPUT_SLOT = 2;
  private static final int PEER_SLOT = 3;

  private static final System.Logger LOG = System.getLogger(Pump.class.getName());

  private final Syscalls libc;
  private final HostEnd end;
  private final Duplex duplex;
  private final Wakeup wakeup;
  private final IntUnaryOperator filter;
  private final StreamLimits limits;
  private final LongSupplier nanoTime;
  private final PollSet poll;
  private final ByteBuffer received = ByteBuffer.allocateDirect(READ_BYTES);

  /** Output that left the ring; a write may take a part of it only. */
  private final ByteBuffer staged = ByteBuffer.allocateDirect(WRITE_BYTES).limit(0);

  /** No output is taken until then. */
  private long pauseEnds;

  /**
   * With all that it will own: it closes the end and the wakeup.
   *
   * @param filter sees every byte of input and answers what the device gets, or {@link #SWALLOWED}
   * @param nanoTime {@link System#nanoTime}
   */
  Pump(
      Syscalls libc,
      HostEnd end,
      Duplex duplex,
      Wakeup wakeup,
      IntUnaryOperator filter,
      StreamLimits limits,
      LongSupplier nanoTime) {
    this.libc = libc;
    this.end = end;
    this.duplex = duplex;
    this.wakeup = wakeup;
    this.filter = filter;
    this.limits = limits;
    this.nanoTime = nanoTime;
    this.pauseEnds = nanoTime.getAsLong();
    this.poll = new PollSet(libc, PEER_SLOT + 1);
  }

  @Override
  public void run() {
    try {
      while (!duplex.isClosing()) {
        moveOnce();
      }
      flush();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A host stream stops (" + end.description() + "): " + e.getMessage(), e);
    } finally {
      duplex.addDiscarded(staged.remaining());
      duplex.setOverflow(Overflow.DISCARD);
      wakeup.close();
      end.close();
      if (!duplex.isClosing()) {
        notifyDevice(); // a device that waits for room would wait for ever
      }
    }
  }

  private void moveOnce() {
    duplex.setOverflow(overflow());
    notifyDevice();
    long pauseNanos = pauseEnds - nanoTime.getAsLong();
    boolean pausing = pauseNanos > 0;
    int interest = duplex.interest(!pausing); // last before poll: what changes afterwards wakes it
    boolean hasOutput = staged.hasRemaining() || (interest & Duplex.OUTPUT) != 0;
    poll.set(WAKE_SLOT, wakeup.fd(), POLLIN);
    // Without room, no slot at all: a hang-up would be reported again and again.
    poll.set(INPUT_SLOT, (interest & Duplex.INPUT_ROOM) != 0 ? end.inputFd() : NONE, POLLIN);
    poll.set(OUTPUT_SLOT, end.outputFd(), hasOutput && !pausing ? POLLOUT : 0);
    poll.set(PEER_SLOT, end.peerFd(), POLLIN);
    int ready = await(pausing ? millis(pauseNanos) : end.peerCheckMillis());
    if (poll.revents(WAKE_SLOT) != 0) {
      wakeup.drain();
    }
    if (poll.revents(INPUT_SLOT) != 0) {
      receive();
    }
    if (poll.revents(OUTPUT_SLOT) != 0) {
      transmit();
      pauseEnds = nanoTime.getAsLong() + (hasPendingOutput() ? 0 : PAUSE_NANOS);
    }
    if ((ready == 0 && !pausing) || poll.revents(PEER_SLOT) != 0) {
      end.checkPeer();
    }
  }

  /** Sends what is pending, as long as the host goes on taking it. */
  private void flush() {
    long started = nanoTime.getAsLong();
    long lastProgress = started;
    poll.set(WAKE_SLOT, NONE, 0);
    poll.set(INPUT_SLOT, NONE, 0);
    poll.set(PEER_SLOT, NONE, 0);
    while (end.outputFd() != NONE && hasPendingOutput()) {
      long now = nanoTime.getAsLong();
      long leftNanos =
          Math.min(
              lastProgress + limits.stalledFlush().toNanos() - now,
              started + limits.wholeFlush().toNanos() - now);
      if (leftNanos <= 0) {
        LOG.log(
            Level.WARNING,
            "A host stream closes (" + end.description() + "): the last output is not taken.");
        return;
      }
      poll.set(OUTPUT_SLOT, end.outputFd(), POLLOUT);
      await(millis(leftNanos));
      if (poll.revents(OUTPUT_SLOT) != 0 && transmit()) {
        lastProgress = nanoTime.getAsLong();
      }
    }
  }

  private boolean hasPendingOutput() {
    return staged.hasRemaining() || (duplex.interest(false) & Duplex.OUTPUT) != 0;
  }

  private static int millis(long nanos) {
    return (int) TimeUnit.NANOSECONDS.toMillis(nanos) + 1;
  }

  /** Polls; an interrupted poll has no events. */
  private int await(int timeoutMillis) {
    int ready = poll.await(timeoutMillis);
    if (ready < 0 && ready != -Errno.EINTR) {
      throw new IllegalStateException("poll: " + Errno.describe(-ready) + ".");
    }
    return ready;
  }

  private void receive() {
    received.clear().limit(Math.min(READ_BYTES, duplex.inputRoom()));
    int count = libc.read(end.inputFd(), received);
    if (count > 0) {
      duplex.putInput(filtered(received.flip()));
    } else if (!isTransient(count)) {
      end.inputEnded(-count);
    }
  }

  /** What the filter leaves, in the same buffer: it never makes more of it. */
  private ByteBuffer filtered(ByteBuffer bytes) {
    int kept = 0;
    for (int i = 0; i < bytes.limit(); i++) {
      int value = filter.applyAsInt(Byte.toUnsignedInt(bytes.get(i)));
      if (value != SWALLOWED) {
        bytes.put(kept++, (byte) value);
      }
    }
    return bytes.limit(kept);
  }

  /** Writes once; answers whether the host took something. */
  private boolean transmit() {
    // Before writing: what is written to a pseudo-terminal that nobody has open is lost.
    if (poll.isBroken(OUTPUT_SLOT)) {
      outputFailed(Errno.EPIPE);
      return false;
    }
    if (!staged.hasRemaining()) {
      duplex.takeOutput(staged.clear());
      staged.flip();
    }
    int count = staged.hasRemaining() ? libc.write(end.outputFd(), staged) : 0;
    if (count < 0 && !isTransient(count)) {
      outputFailed(-count);
    }
    return count > 0;
  }

  private void outputFailed(int errno) {
    end.outputFailed(errno);
    if (overflow() == Overflow.DISCARD) {
      duplex.addDiscarded(staged.remaining());
      staged.limit(0);
    }
  }

  private Overflow overflow() {
    if (end.outputFd() != NONE) {
      return Overflow.REFUSE;
    }
    return end.awaitsPeer() ? Overflow.DROP_OLDEST : Overflow.DISCARD;
  }

  /** A device that throws is the framework's business; the stream goes on. */
  private void notifyDevice() {
    try {
      duplex.notifyDevice();
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "A device failed in its stream's task: " + e.getMessage(), e);
    }
  }

  private static boolean isTransient(int result) {
    return result == -Errno.EAGAIN || result == -Errno.EINTR;
  }
}
