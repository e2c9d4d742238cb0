package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_NESTED_STATE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_NESTED_STATE;

import java.nio.ByteBuffer;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.core.abi.KvmNestedState;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.state.NestedState;

/** The state of a hypervisor in the guest, whose size only the kernel knows. */
final class NestedStates {

  private final VcpuIoctls ioctls;

  NestedStates(VcpuIoctls ioctls) {
    this.ioctls = ioctls;
  }

  NestedState read() {
    ioctls.checkThread();
    ByteBuffer state = buffer(mostBytes());
    int result = ioctls.tryCall(KVM_GET_NESTED_STATE, state);
    if (result == -Errno.E2BIG) {
      // The kernel has written how many bytes it needs; more than once is not to be expected.
      state = buffer(boundedSize(state));
      result = ioctls.tryCall(KVM_GET_NESTED_STATE, state);
    }
    if (result < 0) {
      throw ioctls.fd().failure(KVM_GET_NESTED_STATE, result);
    }
    byte[] bytes = new byte[Math.min(boundedSize(state), state.capacity())];
    state.get(0, bytes);
    return new NestedState(bytes);
  }

  void write(NestedState state) {
    ioctls.checkThread();
    int most = mostBytes();
    if (state.sizeBytes() > most) {
      throw new IllegalArgumentException(
          "a nested state of %d bytes, and this host's KVM has %d: it comes from another kind of"
                  .formatted(state.sizeBytes(), most)
              + " processor");
    }
    ByteBuffer argument = Native.allocate(state.sizeBytes());
    argument.put(0, state.bytes());
    ioctls.call(KVM_SET_NESTED_STATE, argument);
  }

  /** The capability's value; the kernel takes no fewer bytes than the header has. */
  private int mostBytes() {
    ioctls.fd().capabilities().require(KvmCapability.NESTED_STATE, "nested state");
    int value = ioctls.fd().capabilities().value(KvmCapability.NESTED_STATE);
    return Math.min(Math.max(value, KvmNestedState.SIZEOF), NestedState.MAX_BYTES);
  }

  private static ByteBuffer buffer(int sizeBytes) {
    ByteBuffer state = Native.allocate(sizeBytes);
    state.putInt(KvmNestedState.SIZE, sizeBytes);
    return state;
  }

  private int boundedSize(ByteBuffer state) {
    int size = state.getInt(KvmNestedState.SIZE);
    if (size < KvmNestedState.SIZEOF || size > NestedState.MAX_BYTES) {
      throw new KvmException(
          "%s on %s: the kernel speaks of %d bytes, and %d to %d were possible. Report this."
              .formatted(
                  KVM_GET_NESTED_STATE,
                  ioctls.fd().name(),
                  Integer.toUnsignedLong(size),
                  KvmNestedState.SIZEOF,
                  NestedState.MAX_BYTES));
    }
    return size;
  }
}
