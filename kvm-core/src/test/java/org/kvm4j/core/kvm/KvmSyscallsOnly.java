package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import org.kvm4j.core.sys.Syscalls;

/** The system calls that KVM needs nothing of: each fails the test. */
abstract class KvmSyscallsOnly implements Syscalls {

  @Override
  public int read(int fd, ByteBuffer target) {
    throw new AssertionError("read is no call of KVM");
  }

  @Override
  public int write(int fd, ByteBuffer source) {
    throw new AssertionError("write is no call of KVM");
  }

  @Override
  public int poll(ByteBuffer pollFds, int count, int timeoutMillis) {
    throw new AssertionError("poll is no call of KVM");
  }

  @Override
  public int tcgetattr(int fd, ByteBuffer termios) {
    throw new AssertionError("tcgetattr is no call of KVM");
  }

  @Override
  public int tcsetattr(int fd, ByteBuffer termios) {
    throw new AssertionError("tcsetattr is no call of KVM");
  }

  @Override
  public int isatty(int fd) {
    throw new AssertionError("isatty is no call of KVM");
  }

  @Override
  public int openPty() {
    throw new AssertionError("openPty is no call of KVM");
  }

  @Override
  public String ptyName(int master) {
    throw new AssertionError("ptyName is no call of KVM");
  }

  @Override
  public int listenUnix(String path) {
    throw new AssertionError("listenUnix is no call of KVM");
  }

  @Override
  public int schedGetaffinity(ByteBuffer mask) {
    throw new AssertionError("schedGetaffinity is no call of KVM");
  }

  @Override
  public int schedSetaffinity(ByteBuffer mask) {
    throw new AssertionError("schedSetaffinity is no call of KVM");
  }

  @Override
  public int memfdCreate(String name, int flags) {
    throw new AssertionError("memfdCreate is no call of KVM");
  }

  @Override
  public int ftruncate(int fd, long lengthBytes) {
    throw new AssertionError("ftruncate is no call of KVM");
  }

  @Override
  public int fcntl(int fd, int command, int argument) {
    throw new AssertionError("fcntl is no call of KVM");
  }

  @Override
  public int accept(int fd) {
    throw new AssertionError("accept is no call of KVM");
  }
}
