package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_GET_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_HAS_DEVICE_ATTR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_DEVICE_ATTR;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import org.kvm4j.DeviceAttributes;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmDeviceAttr;
import org.kvm4j.core.sys.Errno;

/**
 * The attributes of a device, a vCPU, or KVM itself.
 *
 * <p>The kernel takes only an address and knows the size by the attribute. So it is never given the
 * caller's memory, but a copy with a page of slack, which an attribute of another size than the
 * caller thought does not leave.
 */
final class KvmAttributes implements DeviceAttributes {

  private static final int MOST_BYTES = 1 << 20;
  private static final int SLACK_BYTES = 4096;

  private final Fd fd;
  private final Runnable check;

  /** Attributes that any thread may use. */
  KvmAttributes(Fd fd) {
    this(fd, () -> {});
  }

  /**
   * Attributes with a rule.
   *
   * @param check throws if the thread may not use them
   */
  KvmAttributes(Fd fd, Runnable check) {
    this.fd = fd;
    this.check = check;
  }

  @Override
  public boolean has(int group, long attribute) {
    check.run();
    ByteBuffer argument = argument(group, attribute, 0);
    int result = fd.tryIoctl(KVM_HAS_DEVICE_ATTR, argument);
    if (result < 0 && result != -Errno.ENXIO) {
      throw fd.failure(KVM_HAS_DEVICE_ATTR, result);
    }
    return result >= 0;
  }

  @Override
  public long get(int group, long attribute) {
    ByteBuffer value = newValue(Long.BYTES);
    call(KVM_GET_DEVICE_ATTR, group, attribute, value);
    return value.getLong(0);
  }

  @Override
  public void get(int group, long attribute, ByteBuffer target) {
    ByteBuffer value = newValue(target.remaining());
    call(KVM_GET_DEVICE_ATTR, group, attribute, value);
    target.put(value.limit(target.remaining()));
  }

  @Override
  public void set(int group, long attribute, long value) {
    call(KVM_SET_DEVICE_ATTR, group, attribute, newValue(Long.BYTES).putLong(0, value));
  }

  @Override
  public void set(int group, long attribute, ByteBuffer value) {
    ByteBuffer copy = newValue(value.remaining());
    copy.put(0, value, value.position(), value.remaining());
    call(KVM_SET_DEVICE_ATTR, group, attribute, copy);
    value.position(value.limit());
  }

  private void call(Ioctl call, int group, long attribute, ByteBuffer value) {
    check.run();
    try {
      fd.ioctl(call, argument(group, attribute, fd.sys().addressOf(value)));
    } finally {
      Reference.reachabilityFence(value); // the struct has its address
    }
  }

  private static ByteBuffer argument(int group, long attribute, long address) {
    ByteBuffer argument = Native.allocate(KvmDeviceAttr.SIZEOF);
    KvmDeviceAttr.write(argument, group, attribute, address);
    return argument;
  }

  private static ByteBuffer newValue(int sizeBytes) {
    if (sizeBytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          "An attribute of %d bytes: use a buffer of at most %d bytes"
              .formatted(sizeBytes, MOST_BYTES));
    }
    return Native.allocate(sizeBytes + SLACK_BYTES);
  }
}
