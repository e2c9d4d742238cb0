package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_PIT2;
import static org.kvm4j.core.abi.Ioctl.KVM_REINJECT_CONTROL;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_PIT2;

import java.nio.ByteBuffer;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmPitState2;
import org.kvm4j.core.abi.KvmReinjectControl;
import org.kvm4j.irq.KernelPit;
import org.kvm4j.irq.PitState;

/** KernelPit over the ioctls of a VM. */
final class KvmPit implements KernelPit {

  private final Fd fd;
  private volatile boolean created;

  KvmPit(Fd fd) {
    this.fd = fd;
  }

  /** There is one now. */
  void created() {
    created = true;
  }

  @Override
  public PitState state() {
    ByteBuffer state = argument(KVM_GET_PIT2);
    fd.ioctl(KVM_GET_PIT2, state);
    return KvmPitState2.read(state);
  }

  @Override
  public void setState(PitState state) {
    ByteBuffer argument = argument(KVM_SET_PIT2);
    KvmPitState2.write(argument, state);
    fd.ioctl(KVM_SET_PIT2, argument);
  }

  @Override
  public void setReinject(boolean reinject) {
    ByteBuffer control = argument(KVM_REINJECT_CONTROL);
    control.put(KvmReinjectControl.PIT_REINJECT, (byte) (reinject ? 1 : 0));
    fd.ioctl(KVM_REINJECT_CONTROL, control);
  }

  private ByteBuffer argument(Ioctl call) {
    fd.requireOpen();
    if (!created) {
      throw new IllegalStateException(call + " needs createPit2() before it");
    }
    // The number of KVM_REINJECT_CONTROL says nothing of its struct.
    return Native.allocate(call.sizeBytes() == 0 ? KvmReinjectControl.SIZEOF : call.sizeBytes());
  }
}
