package org.kvm4j.core.stream;

/** Flags of open(2) and one request of ioctl(2): asm-generic/fcntl.h and asm-generic/ioctls.h. */
final class Fcntl {

  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_RDWR = 2;
  static final int O_NOCTTY = 0x100;
  static final int O_TRUNC = 0x200;
  static final int O_NONBLOCK = 0x800;

  /** Sets or clears O_NONBLOCK; its argument is the address of an int. */
  static final int FIONBIO = 0x5421;

  private Fcntl() {}
}
