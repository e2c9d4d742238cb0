package org.kvm4j;

import java.util.List;

/**
 * The KVM subsystem of the host: an open {@code /dev/kvm}.
 *
 * <p>Threading: any thread. KVM API, section 4, system ioctls.
 */
public interface Hypervisor extends AutoCloseable {

  /** The API version; always 12, anything else is refused when opening. KVM_GET_API_VERSION. */
  int apiVersion();

  /**
   * What the host says of a capability: 0 if it lacks it, else 1 or the capability's own number.
   * KVM_CHECK_EXTENSION.
   *
   * @param capability a {@code KVM_CAP_*} number
   */
  int checkExtension(int capability);

  /** Whether the host has a capability. */
  default boolean supports(KvmCapability capability) {
    return checkExtension(capability.number()) > 0;
  }

  /** The bytes of a vCPU's shared run area. KVM_GET_VCPU_MMAP_SIZE. */
  int vcpuMmapSizeBytes();

  /** The CPUID entries that host and KVM can give to a guest. KVM_GET_SUPPORTED_CPUID. */
  CpuidTable supportedCpuid();

  /** The MSRs whose values make up a vCPU's state. KVM_GET_MSR_INDEX_LIST. */
  List<Integer> msrIndexList();

  /**
   * Values that KVM gives by number, such as the XSAVE features that a guest may have.
   * KVM_GET_DEVICE_ATTR on {@code /dev/kvm}.
   */
  ReadableAttributes attributes();

  /**
   * Creates a VM of machine type 0, without memory and vCPUs. KVM_CREATE_VM.
   *
   * @throws KvmIoctlException if the kernel refuses
   */
  Vm createVm();

  /** Closes {@code /dev/kvm}; VMs made from it live on. Idempotent. */
  @Override
  void close();
}
