package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Set;
import org.kvm4j.clock.KvmClock;
import org.kvm4j.clock.KvmClockFlag;

/** struct kvm_clock_data: the VM's kvm-clock. */
public final class KvmClockData {

  @C("sizeof(struct kvm_clock_data)")
  public static final int SIZEOF = 48;

  @C("offsetof(struct kvm_clock_data, clock)")
  public static final int CLOCK = 0;

  @C("offsetof(struct kvm_clock_data, flags)")
  public static final int FLAGS = 8;

  @C("offsetof(struct kvm_clock_data, realtime)")
  public static final int REALTIME = 16;

  @C("offsetof(struct kvm_clock_data, host_tsc)")
  public static final int HOST_TSC = 24;

  @C("KVM_CLOCK_TSC_STABLE")
  public static final int KVM_CLOCK_TSC_STABLE = 2;

  @C("KVM_CLOCK_REALTIME")
  public static final int KVM_CLOCK_REALTIME = 4;

  @C("KVM_CLOCK_HOST_TSC")
  public static final int KVM_CLOCK_HOST_TSC = 8;

  private KvmClockData() {}

  /** The flags among these bits; newer ones are left out. */
  public static Set<KvmClockFlag> flags(int bits) {
    Set<KvmClockFlag> flags = EnumSet.noneOf(KvmClockFlag.class);
    for (KvmClockFlag flag : KvmClockFlag.values()) {
      if ((bits & flag.bit()) != 0) {
        flags.add(flag);
      }
    }
    return flags;
  }

  /** What is there without its flag is not looked at. */
  public static KvmClock read(ByteBuffer b) {
    int bits = b.getInt(FLAGS);
    return new KvmClock(
        b.getLong(CLOCK),
        flags(bits),
        (bits & KVM_CLOCK_REALTIME) != 0 ? b.getLong(REALTIME) : 0,
        (bits & KVM_CLOCK_HOST_TSC) != 0 ? b.getLong(HOST_TSC) : 0);
  }
}
