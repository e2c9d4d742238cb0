package org.kvm4j;

import java.nio.ByteBuffer;

/**
 * Values that KVM gives and takes by group and attribute number: those of a {@link KvmDevice}, and
 * of a {@link Vcpu}. KVM API, section 4, KVM_SET_DEVICE_ATTR.
 */
public interface DeviceAttributes extends ReadableAttributes {

  /**
   * Writes an attribute of at most 8 bytes, little-endian. KVM_SET_DEVICE_ATTR.
   *
   * @throws KvmIoctlException ENXIO if there is none; EPERM if it cannot be written
   */
  void set(int group, long attribute, long value);

  /**
   * Writes an attribute from the rest of a buffer and moves its position to its limit.
   * KVM_SET_DEVICE_ATTR.
   *
   * <p>The kernel is not told how much there is; it reads zeros behind the buffer for up to a page.
   *
   * @throws KvmIoctlException ENXIO if there is none; EPERM if it cannot be written
   */
  void set(int group, long attribute, ByteBuffer value);
}
