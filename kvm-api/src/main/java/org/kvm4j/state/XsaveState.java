package org.kvm4j.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The x87, SSE, AVX and further state of a vCPU, as the XSAVE instruction lays it out in its
 * standard form. struct kvm_xsave.
 *
 * <p>The accessors show its legacy part, which is that of FXSAVE. What lies behind it is described
 * by CPUID leaf 0xd of the host. Immutable. Intel SDM volume 1, section 13.4.
 *
 * @param area all of it; {@link VcpuState#xsaveSizeBytes} bytes
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record XsaveState(byte[] area) {

  /** The bytes of an area on a host without large components: no area has fewer. */
  public static final int MIN_BYTES = 4096;

  /** Far more than any processor's state has; a file that says more is damaged. */
  public static final int MAX_BYTES = 1 << 20;

  /** The bytes of one XMM register. */
  public static final int XMM_BYTES = 16;

  /** In {@link #xstateBv}: the x87 state is not the initial one. */
  public static final long X87 = 1L;

  /** In {@link #xstateBv}: the XMM registers are not the initial ones. */
  public static final long SSE = 1L << 1;

  /** In {@link #xstateBv}: the upper halves of the YMM registers are not the initial ones. */
  public static final long AVX = 1L << 2;

  private static final int FCW = 0;
  private static final int FSW = 2;
  private static final int MXCSR = 24;
  private static final int XMM = 160;
  private static final int XMM_REGISTERS = 16;
  private static final int XSTATE_BV = 512;

  /** Copies the area and checks its size. */
  public XsaveState {
    if (area.length < MIN_BYTES || area.length > MAX_BYTES) {
      throw new IllegalArgumentException(
          "an XSAVE area of %d bytes: %d to %d can be one"
              .formatted(area.length, MIN_BYTES, MAX_BYTES));
    }
    area = area.clone();
  }

  /** A copy. */
  @Override
  public byte[] area() {
    return area.clone();
  }

  /** The bytes of the area. */
  public int sizeBytes() {
    return area.length;
  }

  /** The x87 control word. */
  public int fcw() {
    return Short.toUnsignedInt(littleEndian(area).getShort(FCW));
  }

  /** The same state with another x87 control word. */
  public XsaveState withFcw(int value) {
    byte[] changed = area.clone();
    littleEndian(changed).putShort(FCW, (short) value);
    return marked(changed, X87);
  }

  /** The x87 status word. */
  public int fsw() {
    return Short.toUnsignedInt(littleEndian(area).getShort(FSW));
  }

  /** SSE control and status. */
  public int mxcsr() {
    return littleEndian(area).getInt(MXCSR);
  }

  /** The same state with another MXCSR; the processor refuses reserved bits. */
  public XsaveState withMxcsr(int value) {
    byte[] changed = area.clone();
    littleEndian(changed).putInt(MXCSR, value);
    return marked(changed, SSE);
  }

  /**
   * An XMM register, lowest byte first. What it holds counts only if {@link #SSE} is set in {@link
   * #xstateBv}: else it is 0.
   *
   * @param register 0 to 15
   * @throws IllegalArgumentException if there is no such register
   */
  public byte[] xmm(int register) {
    int at = xmmOffset(register);
    return Arrays.copyOfRange(area, at, at + XMM_BYTES);
  }

  /**
   * The same state with another XMM register.
   *
   * @param register 0 to 15
   * @param value 16 bytes, lowest first
   * @throws IllegalArgumentException if there is no such register, or it has not 16 bytes
   */
  public XsaveState withXmm(int register, byte[] value) {
    if (value.length != XMM_BYTES) {
      throw new IllegalArgumentException(
          "an XMM register has %d bytes, not %d".formatted(XMM_BYTES, value.length));
    }
    byte[] changed = area.clone();
    System.arraycopy(value, 0, changed, xmmOffset(register), XMM_BYTES);
    return marked(changed, SSE);
  }

  /** XSTATE_BV: the components that are not in their initial state, a bit each. */
  public long xstateBv() {
    return littleEndian(area).getLong(XSTATE_BV);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof XsaveState that && Arrays.equals(area, that.area);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(area);
  }

  @Override
  public String toString() {
    return "XsaveState[%d bytes, xstateBv=0x%x, fcw=0x%x, fsw=0x%x, mxcsr=0x%x]"
        .formatted(area.length, xstateBv(), fcw(), fsw(), mxcsr());
  }

  /** A component counts only if its bit says that it is not in its initial state. */
  private static XsaveState marked(byte[] changed, long component) {
    ByteBuffer area = littleEndian(changed);
    area.putLong(XSTATE_BV, area.getLong(XSTATE_BV) | component);
    return new XsaveState(changed);
  }

  private static int xmmOffset(int register) {
    if (register < 0 || register >= XMM_REGISTERS) {
      throw new IllegalArgumentException("no XMM register %d: give 0 to 15".formatted(register));
    }
    return XMM + register * XMM_BYTES;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
