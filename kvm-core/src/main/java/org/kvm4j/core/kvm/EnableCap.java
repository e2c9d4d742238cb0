package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_ENABLE_CAP;

import java.nio.ByteBuffer;
import org.kvm4j.KvmCapability;
import org.kvm4j.core.abi.KvmEnableCap;

/** KVM_ENABLE_CAP, which a VM and a vCPU take alike. */
final class EnableCap {

  private static final int MOST_ARGUMENTS = 4;

  private EnableCap() {}

  static void on(Fd fd, KvmCapability capability, long... arguments) {
    if (arguments.length > MOST_ARGUMENTS) {
      throw new IllegalArgumentException(
          "KVM_ENABLE_CAP takes at most %d arguments, not %d"
              .formatted(MOST_ARGUMENTS, arguments.length));
    }
    fd.capabilities().require(capability, "KVM_ENABLE_CAP on " + fd.name());
    ByteBuffer argument = Native.allocate(KvmEnableCap.SIZEOF);
    argument.putInt(KvmEnableCap.CAP, capability.number());
    for (int i = 0; i < arguments.length; i++) {
      argument.putLong(KvmEnableCap.ARGS + i * Long.BYTES, arguments[i]);
    }
    fd.ioctl(KVM_ENABLE_CAP, argument);
  }
}
