package org.kvm4j.core.sys;

/** struct termios of glibc on x86-64, bits/termios.h. Offsets in bytes. */
public final class Termios {

  /** Four flag words, the line discipline, 32 control characters, two speeds. */
  public static final int SIZE = 60;

  public static final int C_IFLAG = 0;
  public static final int C_OFLAG = 4;
  public static final int C_CFLAG = 8;
  public static final int C_LFLAG = 12;
  public static final int C_CC = 17;

  public static final int VTIME = 5;
  public static final int VMIN = 6;

  private Termios() {}
}
