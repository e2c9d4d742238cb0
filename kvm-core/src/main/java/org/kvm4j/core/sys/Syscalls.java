package org.kvm4j.core.sys;

import java.nio.ByteBuffer;

/**
 * The system calls that kvm4j makes.
 *
 * <p>Every call returns what the kernel returns: a result of at least 0, or a negative {@link
 * Errno}. Nothing is retried here: EINTR is an answer. Threading: any thread.
 */
public interface Syscalls {

  /** The bytes of a Unix socket's path: sun_path of struct sockaddr_un less its NUL. */
  int UNIX_PATH_MAX = 107;

  /** open(2) with O_CLOEXEC added. */
  int open(String path, int flags);

  /** close(2). */
  int close(int fd);

  /** ioctl(2); the argument is a number or an address. */
  int ioctl(int fd, long request, long argument);

  /** mmap(2) at an address of the kernel's choice; flags are {@code MAP_*}. */
  long mmap(long lengthBytes, int protection, int flags, int fd, long offset);

  /** munmap(2). */
  int munmap(long address, long lengthBytes);

  /** madvise(2). */
  int madvise(long address, long lengthBytes, int advice);

  /** read(2) into a direct buffer, from its position to its limit; moves the position. */
  int read(int fd, ByteBuffer target);

  /** write(2) from a direct buffer, from its position to its limit; moves the position. */
  int write(int fd, ByteBuffer source);

  /** pread(2): {@link #read} from a place in the file, whose own position stays. */
  int pread(int fd, ByteBuffer target, long offset);

  /** poll(2) over a direct buffer of struct pollfd. */
  int poll(ByteBuffer pollFds, int count, int timeoutMillis);

  /** eventfd(2) with EFD_CLOEXEC and EFD_NONBLOCK added: KVM, too, may empty it at any time. */
  int eventfd(int initialValue);

  /** tcgetattr(3): struct termios into a direct buffer of {@link Termios#SIZE} bytes. */
  int tcgetattr(int fd, ByteBuffer termios);

  /** tcsetattr(3) with TCSANOW: a terminal held by flow control must not hold us. */
  int tcsetattr(int fd, ByteBuffer termios);

  /** isatty(3): 1 or 0. */
  int isatty(int fd);

  /**
   * Opens a new pseudo-terminal: posix_openpt(3), grantpt(3), unlockpt(3).
   *
   * @return the master's descriptor
   */
  int openPty();

  /** ptsname(3): the path of the terminal behind a pseudo-terminal's master. */
  String ptyName(int master);

  /**
   * Makes a Unix stream socket at a path and listens: socket(2), bind(2), listen(2). The descriptor
   * and those that {@link #accept} gives do not block.
   *
   * @param path at most {@link #UNIX_PATH_MAX} bytes
   */
  int listenUnix(String path);

  /** accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC, without the peer's address. */
  int accept(int fd);

  /** The kernel's number of the calling thread. gettid(2). */
  int currentThreadId();

  /**
   * Interrupts a thread of this process in whatever system call it is in. tgkill(2).
   *
   * <p>Uses {@code SIGRTMIN+2}, whose handler (installed on first use) does nothing.
   */
  int interruptThread(int threadId);

  /** The number of the signal that {@link #interruptThread} sends. */
  int kickSignal();

  /** sched_getaffinity(2) of the calling thread, into a direct buffer: a bit for each CPU. */
  int schedGetaffinity(ByteBuffer mask);

  /** sched_setaffinity(2) of the calling thread, from a direct buffer. */
  int schedSetaffinity(ByteBuffer mask);

  /** memfd_create(2) with MFD_CLOEXEC added. */
  int memfdCreate(String name, int flags);

  /** ftruncate(2). */
  int ftruncate(int fd, long lengthBytes);

  /** fcntl(2) with a number as its argument. */
  int fcntl(int fd, int command, int argument);

  /** The address of a direct buffer's byte 0. */
  long addressOf(ByteBuffer direct);

  /**
   * Memory as a little-endian buffer. The caller keeps it from being used after munmap.
   *
   * @param lengthBytes at most {@link Integer#MAX_VALUE}
   */
  ByteBuffer view(long address, int lengthBytes);
}
