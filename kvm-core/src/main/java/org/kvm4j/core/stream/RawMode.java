package org.kvm4j.core.stream;

import static org.kvm4j.core.sys.Termios.C_CC;
import static org.kvm4j.core.sys.Termios.C_CFLAG;
import static org.kvm4j.core.sys.Termios.C_IFLAG;
import static org.kvm4j.core.sys.Termios.C_LFLAG;
import static org.kvm4j.core.sys.Termios.C_OFLAG;
import static org.kvm4j.core.sys.Termios.VMIN;
import static org.kvm4j.core.sys.Termios.VTIME;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.kvm4j.core.sys.Termios;

/** Changes of a struct termios, with the flags of asm-generic/termbits.h. */
final class RawMode {

  private static final int IGNBRK = 0x1;
  private static final int BRKINT = 0x2;
  private static final int PARMRK = 0x8;
  private static final int ISTRIP = 0x20;
  private static final int INLCR = 0x40;
  private static final int IGNCR = 0x80;
  private static final int ICRNL = 0x100;
  private static final int IXON = 0x400;

  private static final int OPOST = 0x1;

  private static final int CSIZE = 0x30;
  private static final int CS8 = 0x30;
  private static final int PARENB = 0x100;

  private static final int ISIG = 0x1;
  private static final int ICANON = 0x2;
  private static final int ECHO = 0x8;
  private static final int ECHONL = 0x40;
  private static final int IEXTEN = 0x8000;

  private RawMode() {}

  /** Room for a struct termios. */
  static ByteBuffer newTermios() {
    return ByteBuffer.allocateDirect(Termios.SIZE).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Makes every key a byte of input, at once and without echo: cfmakeraw(3) but for the output.
   *
   * <p>c_oflag stays as the user has it, which is OPOST and ONLCR as a rule. A bare-metal guest
   * ends its lines with LF alone, and so does the VMM's own log on the same terminal; both would
   * run down the screen as stairs. A guest that sends CR LF looks the same with both flags.
   */
  static void setRawInput(ByteBuffer termios) {
    clear(termios, C_IFLAG, IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    clear(termios, C_LFLAG, ISIG | ICANON | ECHO | ECHONL | IEXTEN);
    clear(termios, C_CFLAG, CSIZE | PARENB);
    termios.putInt(C_CFLAG, termios.getInt(C_CFLAG) | CS8);
    termios.put(C_CC + VMIN, (byte) 1);
    termios.put(C_CC + VTIME, (byte) 0);
  }

  /** Makes the terminal a plain pair of byte queues: cfmakeraw(3). */
  static void setTransparent(ByteBuffer termios) {
    setRawInput(termios);
    clear(termios, C_OFLAG, OPOST);
  }

  private static void clear(ByteBuffer termios, int field, int flags) {
    termios.putInt(field, termios.getInt(field) & ~flags);
  }
}
