package org.kvm4j;

import java.nio.ByteBuffer;

/**
 * Values that KVM gives by group and attribute number. KVM API, section 4, KVM_GET_DEVICE_ATTR;
 * Documentation/virt/kvm/devices.
 *
 * <p>Threading: as the descriptor they belong to. Every method throws {@link
 * KvmCapabilityException} where this KVM offers none, and {@link IllegalArgumentException} for a
 * buffer of more than 1 MiB.
 */
public interface ReadableAttributes {

  /**
   * Whether an attribute exists; not whether it can be read or written at this time.
   * KVM_HAS_DEVICE_ATTR.
   */
  boolean has(int group, long attribute);

  /**
   * Reads an attribute of at most 8 bytes; the rest is 0. KVM_GET_DEVICE_ATTR.
   *
   * @throws KvmIoctlException ENXIO if there is none; EPERM if it cannot be read
   */
  long get(int group, long attribute);

  /**
   * Reads an attribute into the rest of a buffer and moves its position to its limit.
   * KVM_GET_DEVICE_ATTR.
   *
   * <p>The kernel is not told how much fits, as the attribute's documentation fixes its size. What
   * a larger attribute has beyond the buffer is dropped, if that is less than a page.
   *
   * @throws KvmIoctlException ENXIO if there is none; EPERM if it cannot be read
   */
  void get(int group, long attribute, ByteBuffer target);
}
