package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.Set;

/** struct kvm_signal_mask: the signals blocked within KVM_RUN. */
public final class KvmSignalMask {

  @C("sizeof(struct kvm_signal_mask)")
  public static final int SIZEOF = 4;

  @C("offsetof(struct kvm_signal_mask, len)")
  public static final int LEN = 0;

  @C("offsetof(struct kvm_signal_mask, sigset)")
  public static final int SIGSET = 4;

  private KvmSignalMask() {}

  /** Signals 1 to 64: the kernel's sigset_t has 8 bytes, and signal 1 is bit 0. */
  public static void write(ByteBuffer b, Set<Integer> signals) {
    long mask = 0;
    for (int signal : signals) {
      mask |= 1L << (signal - 1);
    }
    b.putInt(LEN, Long.BYTES);
    b.putLong(SIGSET, mask);
  }
}
