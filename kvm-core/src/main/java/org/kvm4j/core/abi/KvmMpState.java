package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.MpState;

/** struct kvm_mp_state: what a vCPU does as far as SMP goes. */
public final class KvmMpState {

  @C("sizeof(struct kvm_mp_state)")
  public static final int SIZEOF = 4;

  @C("offsetof(struct kvm_mp_state, mp_state)")
  public static final int MP_STATE = 0;

  private KvmMpState() {}

  public static void write(ByteBuffer b, MpState state) {
    b.putInt(MP_STATE, state.number());
  }
}
