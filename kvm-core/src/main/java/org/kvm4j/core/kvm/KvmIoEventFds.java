package org.kvm4j.core.kvm;

import static org.kvm4j.KvmCapability.IOEVENTFD_ANY_LENGTH;
import static org.kvm4j.core.abi.Ioctl.KVM_IOEVENTFD;

import java.nio.ByteBuffer;
import org.kvm4j.core.abi.KvmIoeventfd;
import org.kvm4j.io.EventFd;
import org.kvm4j.io.IoEventFdSpec;
import org.kvm4j.io.IoEventFds;

/** IoEventFds over the ioctls of a VM. */
final class KvmIoEventFds implements IoEventFds {

  private final Fd fd;

  KvmIoEventFds(Fd fd) {
    this.fd = fd;
  }

  @Override
  public void connect(EventFd eventFd, IoEventFdSpec writes) {
    if (writes.lengthBytes() == IoEventFdSpec.ANY_LENGTH) {
      fd.requireOpen();
      fd.capabilities().require(IOEVENTFD_ANY_LENGTH, "KVM_IOEVENTFD for any length");
    }
    ioeventfd(eventFd, writes, 0);
  }

  @Override
  public void disconnect(EventFd eventFd, IoEventFdSpec writes) {
    ioeventfd(eventFd, writes, KvmIoeventfd.KVM_IOEVENTFD_FLAG_DEASSIGN);
  }

  private void ioeventfd(EventFd eventFd, IoEventFdSpec writes, int flag) {
    KvmEventFd signalled = KvmEventFd.of(eventFd);
    ByteBuffer argument = Native.allocate(KvmIoeventfd.SIZEOF);
    int number = signalled.enter();
    try {
      KvmIoeventfd.write(argument, number, writes);
      int flags = argument.getInt(KvmIoeventfd.FLAGS) | flag;
      fd.ioctl(KVM_IOEVENTFD, argument.putInt(KvmIoeventfd.FLAGS, flags));
    } finally {
      signalled.leave();
    }
  }
}
