package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.state.DebugRegisters;

/** struct kvm_debugregs: debug registers of the guest. */
public final class KvmDebugregs {

  @C("sizeof(struct kvm_debugregs)")
  public static final int SIZEOF = 128;

  @C("offsetof(struct kvm_debugregs, db)")
  public static final int DB = 0;

  @C("offsetof(struct kvm_debugregs, dr6)")
  public static final int DR6 = 32;

  @C("offsetof(struct kvm_debugregs, dr7)")
  public static final int DR7 = 40;

  @C("offsetof(struct kvm_debugregs, flags)")
  public static final int FLAGS = 48;

  private KvmDebugregs() {}

  public static DebugRegisters read(ByteBuffer b) {
    return new DebugRegisters(
        b.getLong(DB),
        b.getLong(DB + Long.BYTES),
        b.getLong(DB + 2 * Long.BYTES),
        b.getLong(DB + 3 * Long.BYTES),
        b.getLong(DR6),
        b.getLong(DR7));
  }

  public static void write(ByteBuffer b, DebugRegisters r) {
    b.putLong(DB, r.dr0());
    b.putLong(DB + Long.BYTES, r.dr1());
    b.putLong(DB + 2 * Long.BYTES, r.dr2());
    b.putLong(DB + 3 * Long.BYTES, r.dr3());
    b.putLong(DR6, r.dr6());
    b.putLong(DR7, r.dr7());
  }
}
