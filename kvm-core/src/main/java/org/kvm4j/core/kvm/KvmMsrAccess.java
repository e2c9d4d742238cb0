package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_X86_SET_MSR_FILTER;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Set;
import org.kvm4j.KvmCapability;
import org.kvm4j.core.abi.KvmMsrFilter;
import org.kvm4j.msr.MsrAccess;
import org.kvm4j.msr.MsrExitReason;
import org.kvm4j.msr.MsrFilter;

/** MsrAccess over the ioctls of a VM. */
final class KvmMsrAccess implements MsrAccess {

  private final Fd fd;

  KvmMsrAccess(Fd fd) {
    this.fd = fd;
  }

  @Override
  public void forward(Set<MsrExitReason> reasons) {
    long mask = 0;
    for (MsrExitReason reason : reasons) {
      mask |= reason.number();
    }
    EnableCap.on(fd, KvmCapability.X86_USER_SPACE_MSR, mask);
  }

  @Override
  public void setFilter(MsrFilter filter) {
    ByteBuffer argument = Native.allocate(KvmMsrFilter.SIZEOF);
    ByteBuffer bitmaps = Native.allocate(KvmMsrFilter.bitmapBytes(filter));
    try {
      KvmMsrFilter.write(argument, filter, bitmaps, fd.sys().addressOf(bitmaps));
      fd.ioctl(KVM_X86_SET_MSR_FILTER, argument);
    } finally {
      Reference.reachabilityFence(bitmaps); // the filter holds their addresses
    }
  }
}
