package org.kvm4j.core.stream;

import java.lang.System.Logger.Level;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.StringJoiner;
import org.kvm4j.KvmException;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.core.sys.Termios;

/**
 * Gives the keys of the terminal on standard input to the guest, Ctrl-C and Ctrl-S among them.
 *
 * <p>{@link #close} gives them back, and so does the end of the JVM by {@link System#exit}, an
 * uncaught exception, SIGINT, SIGTERM or SIGHUP. Nothing runs in the JVM after SIGKILL or a crash:
 * whoever starts it saves {@code stty -g} before and restores it after, or uses {@link
 * #savedSettings}. If standard input is no terminal, nothing is done.
 *
 * <p>Threading: any thread.
 */
public final class RawTerminal implements AutoCloseable {

  private static final int STDIN_FILENO = 0;
  private static final int NCCS = 32;

  private static final System.Logger LOG = System.getLogger(RawTerminal.class.getName());

  private final Syscalls libc;
  private final int fd;
  private final ByteBuffer saved;
  private final boolean isTerminal;
  private final Thread shutdownHook;
  private boolean raw; // guarded by this

  private RawTerminal(Syscalls libc, int fd, ByteBuffer saved, boolean isTerminal) {
    this.libc = libc;
    this.fd = fd;
    this.saved = saved;
    this.isTerminal = isTerminal;
    this.raw = isTerminal;
    this.shutdownHook = new Thread(this::restore, "kvm4j-terminal-restore");
  }

  /**
   * Makes the terminal raw.
   *
   * @throws KvmException if there is a terminal that cannot be made raw
   */
  public static RawTerminal enter() {
    return enter(NativeLibc.INSTANCE, STDIN_FILENO);
  }

  static RawTerminal enter(Syscalls libc, int fd) {
    ByteBuffer saved = RawMode.newTermios();
    if (libc.isatty(fd) != 1) {
      return new RawTerminal(libc, fd, saved, false);
    }
    check("tcgetattr", libc.tcgetattr(fd, saved));
    ByteBuffer termios = RawMode.newTermios().put(saved.duplicate()).clear();
    RawMode.setRawInput(termios);
    RawTerminal terminal = new RawTerminal(libc, fd, saved, true);
    // The hook first: a signal between the two would leave the terminal raw.
    Runtime.getRuntime().addShutdownHook(terminal.shutdownHook);
    try {
      check("tcsetattr", libc.tcsetattr(fd, termios));
    } catch (KvmException e) {
      terminal.close();
      throw e;
    } finally {
      Reference.reachabilityFence(termios);
    }
    return terminal;
  }

  private static void check(String call, int result) {
    if (result < 0) {
      throw new KvmException(
          "The terminal cannot be made raw: %s: %s. Use another stream than stdio."
              .formatted(call, Errno.describe(-result)));
    }
  }

  /** Whether the terminal is raw now. */
  public synchronized boolean isRaw() {
    return raw;
  }

  /** The settings from before, as {@code stty -g} writes and {@code stty} takes them. */
  public Optional<String> savedSettings() {
    if (!isTerminal) {
      return Optional.empty();
    }
    StringJoiner settings = new StringJoiner(":");
    for (int field :
        new int[] {Termios.C_IFLAG, Termios.C_OFLAG, Termios.C_CFLAG, Termios.C_LFLAG}) {
      settings.add(Integer.toHexString(saved.getInt(field)));
    }
    for (int i = 0; i < NCCS; i++) {
      settings.add(Integer.toHexString(Byte.toUnsignedInt(saved.get(Termios.C_CC + i))));
    }
    return Optional.of(settings.toString());
  }

  /** Puts the settings from before back; idempotent. */
  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The JVM is going down: the hook runs or has run, and finds nothing left to do.
      LOG.log(Level.TRACE, "closed during shutdown", e);
    }
  }

  private synchronized void restore() {
    if (!raw) {
      return;
    }
    raw = false;
    int result = libc.tcsetattr(fd, saved);
    if (result < 0) {
      LOG.log(
          Level.WARNING,
          "The terminal stays raw: tcsetattr: " + Errno.describe(-result) + ". Type: stty sane");
    }
  }
}
