package org.kvm4j.core.sys;

import com.sun.jna.Function;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * {@link Syscalls} through the C library, by JNA direct mapping.
 *
 * <p>Direct mapping with primitives makes no garbage; addresses are plain {@code long}s. errno is
 * read only after a negative result and at once, on the same thread: after a success it is stale.
 */
public final class NativeLibc implements Syscalls {

  private static final int O_RDWR = 2;
  private static final int O_NOCTTY = 0x100;
  private static final int O_CLOEXEC = 0x8_0000;
  private static final int EFD_CLOEXEC = O_CLOEXEC;
  private static final int EFD_NONBLOCK = 0x800;
  private static final int MFD_CLOEXEC = 1;
  private static final int TCSANOW = 0;
  private static final int AF_UNIX = 1;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = O_CLOEXEC;
  private static final int SIZEOF_SOCKADDR_UN = 110;

  /** The process's only instance: the C library is one per process, too. */
  public static final NativeLibc INSTANCE = new NativeLibc();

  private NativeLibc() {}

  @Override
  public int open(String path, int flags) {
    return result(Libc.open(path, flags | O_CLOEXEC));
  }

  @Override
  public int close(int fd) {
    return result(Libc.close(fd));
  }

  @Override
  public int ioctl(int fd, long request, long argument) {
    return result(Libc.ioctl(fd, request, argument));
  }

  @Override
  public long mmap(long lengthBytes, int protection, int flags, int fd, long offset) {
    long address = Libc.mmap(0, lengthBytes, protection, flags, fd, offset);
    return address == -1 ? -Native.getLastError() : address;
  }

  @Override
  public int munmap(long address, long lengthBytes) {
    return result(Libc.munmap(address, lengthBytes));
  }

  @Override
  public int madvise(long address, long lengthBytes, int advice) {
    return result(Libc.madvise(address, lengthBytes, advice));
  }

  @Override
  public int read(int fd, ByteBuffer target) {
    long count = Libc.read(fd, addressOf(target) + target.position(), target.remaining());
    return advance(target, count);
  }

  @Override
  public int write(int fd, ByteBuffer source) {
    long count = Libc.write(fd, addressOf(source) + source.position(), source.remaining());
    return advance(source, count);
  }

  @Override
  public int pread(int fd, ByteBuffer target, long offset) {
    long buf = addressOf(target) + target.position();
    return advance(target, Libc.pread(fd, buf, target.remaining(), offset));
  }

  @Override
  public int poll(ByteBuffer pollFds, int count, int timeoutMillis) {
    try {
      return result(Libc.poll(addressOf(pollFds), count, timeoutMillis));
    } finally {
      Reference.reachabilityFence(pollFds); // its memory goes with it, and C has the address
    }
  }

  @Override
  public int eventfd(int initialValue) {
    return result(Libc.eventfd(initialValue, EFD_CLOEXEC | EFD_NONBLOCK));
  }

  @Override
  public int tcgetattr(int fd, ByteBuffer termios) {
    return result(Libc.tcgetattr(fd, addressOf(termios)));
  }

  @Override
  public int tcsetattr(int fd, ByteBuffer termios) {
    return result(Libc.tcsetattr(fd, TCSANOW, addressOf(termios)));
  }

  @Override
  public int isatty(int fd) {
    return Libc.isatty(fd);
  }

  @Override
  public int openPty() {
    int master = result(Libc.posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (master < 0) {
      return master;
    }
    int granted = result(Libc.grantpt(master));
    int unlocked = granted < 0 ? granted : result(Libc.unlockpt(master));
    if (unlocked < 0) {
      Libc.close(master);
      return unlocked;
    }
    return master;
  }

  @Override
  public String ptyName(int master) {
    return Libc.ptsname(master);
  }

  @Override
  public int listenUnix(String path) {
    byte[] name = path.getBytes(StandardCharsets.UTF_8);
    if (name.length > UNIX_PATH_MAX) {
      return -Errno.ENAMETOOLONG;
    }
    int fd = result(Libc.socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (fd < 0) {
      return fd;
    }
    ByteBuffer address =
        ByteBuffer.allocateDirect(SIZEOF_SOCKADDR_UN)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) AF_UNIX)
            .put(name);
    int bound;
    try {
      bound = result(Libc.bind(fd, addressOf(address), SIZEOF_SOCKADDR_UN));
    } finally {
      Reference.reachabilityFence(address); // its memory goes with it, and C has the address
    }
    int listening = bound < 0 ? bound : result(Libc.listen(fd, 1));
    if (listening < 0) {
      Libc.close(fd);
      return listening;
    }
    return fd;
  }

  @Override
  public int accept(int fd) {
    return result(Libc.accept4(fd, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC));
  }

  @Override
  public int currentThreadId() {
    return Libc.gettid();
  }

  @Override
  public int interruptThread(int threadId) {
    return result(Libc.tgkill(KickSignal.PROCESS_ID, threadId, KickSignal.NUMBER));
  }

  @Override
  public int kickSignal() {
    return KickSignal.NUMBER;
  }

  @Override
  public int schedGetaffinity(ByteBuffer mask) {
    try {
      return result(Libc.sched_getaffinity(0, mask.capacity(), addressOf(mask)));
    } finally {
      Reference.reachabilityFence(mask); // its memory goes with it, and C has the address
    }
  }

  @Override
  public int schedSetaffinity(ByteBuffer mask) {
    try {
      return result(Libc.sched_setaffinity(0, mask.capacity(), addressOf(mask)));
    } finally {
      Reference.reachabilityFence(mask); // its memory goes with it, and C has the address
    }
  }

  @Override
  public int memfdCreate(String name, int flags) {
    return result(Libc.memfd_create(name, flags | MFD_CLOEXEC));
  }

  @Override
  public int ftruncate(int fd, long lengthBytes) {
    return result(Libc.ftruncate(fd, lengthBytes));
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    return result(Libc.fcntl(fd, command, argument));
  }

  @Override
  public long addressOf(ByteBuffer direct) {
    return Pointer.nativeValue(Native.getDirectBufferPointer(direct));
  }

  @Override
  public ByteBuffer view(long address, int lengthBytes) {
    return new Pointer(address).getByteBuffer(0, lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int result(int returned) {
    return returned < 0 ? -Native.getLastError() : returned;
  }

  private static int advance(ByteBuffer buffer, long count) {
    if (count < 0) {
      return -Native.getLastError();
    }
    buffer.position(buffer.position() + (int) count);
    return (int) count;
  }

  /** The functions themselves; parameters as in the C library's headers. */
  private static final class Libc {
    static {
      Native.register(Libc.class, NativeLibrary.getProcess()); // it is there: no search by name
    }

    static native int open(String path, int flags);

    static native int close(int fd);

    static native int ioctl(int fd, long request, long argument);

    static native long mmap(long addr, long length, int prot, int flags, int fd, long offset);

    static native int munmap(long addr, long length);

    static native int madvise(long addr, long length, int advice);

    static native long read(int fd, long buf, long count);

    static native long write(int fd, long buf, long count);

    static native long pread(int fd, long buf, long count, long offset);

    static native int poll(long fds, long nfds, int timeout);

    static native int eventfd(int initval, int flags);

    static native int tcgetattr(int fd, long termios);

    static native int tcsetattr(int fd, int actions, long termios);

    static native int isatty(int fd);

    static native int posix_openpt(int flags);

    static native int grantpt(int fd);

    static native int unlockpt(int fd);

    static native String ptsname(int fd);

    static native int socket(int domain, int type, int protocol);

    static native int bind(int sockfd, long addr, int addrlen);

    static native int listen(int sockfd, int backlog);

    static native int accept4(int sockfd, long addr, long addrlen, int flags);

    static native int sched_getaffinity(int pid, long cpusetsize, long mask);

    static native int sched_setaffinity(int pid, long cpusetsize, long mask);

    static native int memfd_create(String name, int flags);

    static native int ftruncate(int fd, long length);

    static native int fcntl(int fd, int op, long arg);

    static native int getpid();

    static native int gettid();

    static native int tgkill(int tgid, int tid, int sig);

    static native int sigaction(int signum, long act, long oldact);

    static native int __libc_current_sigrtmin();
  }

  /**
   * The signal that interrupts KVM_RUN. Its handler is a C function that does no harm: a handler
   * written in Java would have to enter the JVM from a signal context, which crashes it.
   */
  private static final class KickSignal {
    private static final int SIZEOF_SIGACTION = 152;
    private static final int SA_HANDLER = 0;
    private static final int SA_FLAGS = 136;
    private static final int SA_RESTART = 0x1000_0000;

    static final int PROCESS_ID = Libc.getpid();
    static final int NUMBER = Libc.__libc_current_sigrtmin() + 2;

    static {
      Function harmless = NativeLibrary.getProcess().getFunction("abs");
      ByteBuffer action =
          ByteBuffer.allocateDirect(SIZEOF_SIGACTION).order(ByteOrder.LITTLE_ENDIAN);
      action.putLong(SA_HANDLER, Pointer.nativeValue(harmless)).putInt(SA_FLAGS, SA_RESTART);
      int installed;
      try {
        installed = result(Libc.sigaction(NUMBER, INSTANCE.addressOf(action), 0));
      } finally {
        Reference.reachabilityFence(action);
      }
      if (installed < 0) {
        throw new IllegalStateException(
            "sigaction(SIGRTMIN+2): " + Errno.describe(-installed) + ". Is the number taken?");
      }
    }
  }
}
