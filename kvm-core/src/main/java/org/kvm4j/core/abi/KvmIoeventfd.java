package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.io.IoEventFdSpec;

/** struct kvm_ioeventfd: an eventfd that a guest access signals. */
public final class KvmIoeventfd {

  @C("sizeof(struct kvm_ioeventfd)")
  public static final int SIZEOF = 64;

  @C("offsetof(struct kvm_ioeventfd, datamatch)")
  public static final int DATAMATCH = 0;

  @C("offsetof(struct kvm_ioeventfd, addr)")
  public static final int ADDR = 8;

  @C("offsetof(struct kvm_ioeventfd, len)")
  public static final int LEN = 16;

  @C("offsetof(struct kvm_ioeventfd, fd)")
  public static final int FD = 20;

  @C("offsetof(struct kvm_ioeventfd, flags)")
  public static final int FLAGS = 24;

  @C("KVM_IOEVENTFD_FLAG_DATAMATCH")
  public static final int KVM_IOEVENTFD_FLAG_DATAMATCH = 1;

  @C("KVM_IOEVENTFD_FLAG_PIO")
  public static final int KVM_IOEVENTFD_FLAG_PIO = 2;

  @C("KVM_IOEVENTFD_FLAG_DEASSIGN")
  public static final int KVM_IOEVENTFD_FLAG_DEASSIGN = 4;

  private KvmIoeventfd() {}

  /** All but {@link #KVM_IOEVENTFD_FLAG_DEASSIGN}. */
  public static void write(ByteBuffer b, int fd, IoEventFdSpec writes) {
    int match = writes.match().isPresent() ? KVM_IOEVENTFD_FLAG_DATAMATCH : 0;
    int port = writes.port() ? KVM_IOEVENTFD_FLAG_PIO : 0;
    b.putLong(DATAMATCH, writes.match().orElse(0));
    b.putLong(ADDR, writes.address());
    b.putInt(LEN, writes.lengthBytes());
    b.putInt(FD, fd);
    b.putInt(FLAGS, match | port);
  }
}
