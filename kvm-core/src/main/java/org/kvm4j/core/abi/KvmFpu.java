package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.FpuState;

/** struct kvm_fpu: the x87 and SSE registers. */
public final class KvmFpu {

  @C("sizeof(struct kvm_fpu)")
  public static final int SIZEOF = 416;

  @C("offsetof(struct kvm_fpu, fpr)")
  public static final int FPR = 0;

  @C("offsetof(struct kvm_fpu, fcw)")
  public static final int FCW = 128;

  @C("offsetof(struct kvm_fpu, fsw)")
  public static final int FSW = 130;

  @C("offsetof(struct kvm_fpu, ftwx)")
  public static final int FTWX = 132;

  @C("offsetof(struct kvm_fpu, last_opcode)")
  public static final int LAST_OPCODE = 134;

  @C("offsetof(struct kvm_fpu, last_ip)")
  public static final int LAST_IP = 136;

  @C("offsetof(struct kvm_fpu, last_dp)")
  public static final int LAST_DP = 144;

  @C("offsetof(struct kvm_fpu, xmm)")
  public static final int XMM = 152;

  @C("offsetof(struct kvm_fpu, mxcsr)")
  public static final int MXCSR = 408;

  private KvmFpu() {}

  public static FpuState read(ByteBuffer b) {
    byte[] fpr = new byte[FpuState.FPR_BYTES];
    byte[] xmm = new byte[FpuState.XMM_BYTES];
    b.get(FPR, fpr).get(XMM, xmm);
    return new FpuState(
        fpr,
        Short.toUnsignedInt(b.getShort(FCW)),
        Short.toUnsignedInt(b.getShort(FSW)),
        Byte.toUnsignedInt(b.get(FTWX)),
        Short.toUnsignedInt(b.getShort(LAST_OPCODE)),
        b.getLong(LAST_IP),
        b.getLong(LAST_DP),
        xmm,
        b.getInt(MXCSR));
  }

  public static void write(ByteBuffer b, FpuState fpu) {
    b.put(FPR, fpu.fpr()).put(XMM, fpu.xmm());
    b.putShort(FCW, (short) fpu.fcw());
    b.putShort(FSW, (short) fpu.fsw());
    b.put(FTWX, (byte) fpu.ftwx());
    b.putShort(LAST_OPCODE, (short) fpu.lastOpcode());
    b.putLong(LAST_IP, fpu.lastIp());
    b.putLong(LAST_DP, fpu.lastDp());
    b.putInt(MXCSR, fpu.mxcsr());
  }
}
