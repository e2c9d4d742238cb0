package org.kvm4j;

import java.util.Arrays;
import java.util.Objects;

/**
 * The x87 and SSE state of a vCPU. struct kvm_fpu.
 *
 * @param fpr eight registers of 16 bytes, 128 bytes
 * @param fcw control word
 * @param fsw status word
 * @param ftwx abridged tag word
 * @param lastOpcode 11-bit opcode of the last instruction
 * @param lastIp its address
 * @param lastDp its operand's address
 * @param xmm sixteen registers of 16 bytes, 256 bytes
 * @param mxcsr SSE control and status; KVM reads it back as 0
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record FpuState(
    byte[] fpr,
    int fcw,
    int fsw,
    int ftwx,
    int lastOpcode,
    long lastIp,
    long lastDp,
    byte[] xmm,
    int mxcsr) {

  /** The bytes of {@link #fpr}. */
  public static final int FPR_BYTES = 128;

  /** The bytes of {@link #xmm}. */
  public static final int XMM_BYTES = 256;

  /** Copies the arrays. */
  public FpuState {
    fpr = exactly(fpr, FPR_BYTES, "fpr");
    xmm = exactly(xmm, XMM_BYTES, "xmm");
  }

  /** The state after FNINIT, with MXCSR at its reset value. */
  public static FpuState initial() {
    return new FpuState(new byte[FPR_BYTES], 0x37f, 0, 0, 0, 0, 0, new byte[XMM_BYTES], 0x1f80);
  }

  /** A copy. */
  @Override
  public byte[] fpr() {
    return fpr.clone();
  }

  /** A copy. */
  @Override
  public byte[] xmm() {
    return xmm.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FpuState that
        && Arrays.equals(fpr, that.fpr)
        && Arrays.equals(xmm, that.xmm)
        && fcw == that.fcw
        && fsw == that.fsw
        && ftwx == that.ftwx
        && lastOpcode == that.lastOpcode
        && lastIp == that.lastIp
        && lastDp == that.lastDp
        && mxcsr == that.mxcsr;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        Arrays.hashCode(fpr),
        Arrays.hashCode(xmm),
        fcw,
        fsw,
        ftwx,
        lastOpcode,
        lastIp,
        lastDp,
        mxcsr);
  }

  private static byte[] exactly(byte[] bytes, int length, String name) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(name + " has " + bytes.length + " bytes, not " + length);
    }
    return bytes.clone();
  }
}
