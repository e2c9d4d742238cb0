package org.kvm4j;

/**
 * An in-kernel device of a VM, as opposed to those of {@code org.kvm4j.device}, which answer in
 * this process.
 *
 * <p>Threading: any thread. KVM API, section 4, KVM_CREATE_DEVICE.
 */
public interface KvmDevice extends AutoCloseable {

  /** What it was created as. */
  KvmDeviceType type();

  /** How it is set up and looked at. */
  DeviceAttributes attributes();

  /** Closes its descriptor; closing the VM does it, too. Idempotent. */
  @Override
  void close();
}
