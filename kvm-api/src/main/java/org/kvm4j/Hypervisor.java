package org.kvm4j;

import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import org.kvm4j.io.EventFd;

/**
 * The KVM subsystem of the host: an open {@code /dev/kvm}.
 *
 * <p>Threading: any thread. KVM API, section 4, system ioctls.
 */
public interface Hypervisor extends AutoCloseable {

  /**
   * Opens the host's KVM by the implementation that is installed, for those who depend on this API
   * alone. Who depends on an implementation calls that: {@code org.kvm4j.core.Kvm.open()}.
   *
   * @throws KvmUnavailableException if there is no implementation, or no usable KVM
   */
  static Hypervisor open() {
    return ServiceLoader.load(HypervisorProvider.class)
        .findFirst()
        .orElseThrow(
            () ->
                new KvmUnavailableException(
                    "No implementation of kvm4j is installed. Put kvm-core on the class or module"
                        + " path."))
        .open();
  }

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

  /**
   * What those bytes are made of. KVM_GET_VCPU_MMAP_SIZE and KVM_CAP_COALESCED_MMIO.
   *
   * @throws KvmException if the two do not fit together
   */
  RunAreaLayout runAreaLayout();

  /** The CPUID entries that host and KVM can give to a guest. KVM_GET_SUPPORTED_CPUID. */
  CpuidTable supportedCpuid();

  /**
   * The CPUID entries of features that KVM emulates although the host's CPU lacks them; a guest may
   * be slow with them. KVM_GET_EMULATED_CPUID.
   *
   * @throws KvmCapabilityException without KVM_CAP_EXT_EMUL_CPUID
   */
  CpuidTable emulatedCpuid();

  /**
   * The CPUID entries, from 0x40000000 on, with which KVM looks like Hyper-V. They take the place
   * of KVM's own leaves. KVM_GET_SUPPORTED_HV_CPUID on {@code /dev/kvm}.
   *
   * @throws KvmCapabilityException without KVM_CAP_SYS_HYPERV_CPUID
   */
  CpuidTable supportedHypervCpuid();

  /** The MSRs whose values make up a vCPU's state. KVM_GET_MSR_INDEX_LIST. */
  List<Integer> msrIndexList();

  /**
   * The MSRs that describe features of the host, for {@link #featureMsrs}.
   * KVM_GET_MSR_FEATURE_INDEX_LIST.
   *
   * @throws KvmCapabilityException without KVM_CAP_GET_MSR_FEATURES
   */
  List<Integer> msrFeatureIndexList();

  /**
   * The host's values of such MSRs. KVM_GET_MSRS on {@code /dev/kvm}.
   *
   * @param indices of {@link #msrFeatureIndexList}; any number of them
   * @return in the same order
   * @throws MsrRefusedException if KVM refuses one, which is not of that list
   * @throws KvmCapabilityException without KVM_CAP_GET_MSR_FEATURES
   */
  List<Msr> featureMsrs(List<Integer> indices);

  /**
   * What machine checks a vCPU can have. KVM_X86_GET_MCE_CAP_SUPPORTED and the value of
   * KVM_CAP_MCE.
   *
   * @throws KvmCapabilityException without KVM_CAP_MCE
   */
  MceCapabilities mceCapabilities();

  /**
   * Asks KVM to trace itself. KVM_TRACE_ENABLE, KVM_TRACE_PAUSE, KVM_TRACE_DISABLE.
   *
   * <p>KVM no longer does: its trace points are ftrace's events of group {@code kvm}, in {@code
   * /sys/kernel/tracing/events/kvm}.
   *
   * @throws KvmIoctlException always: with EOPNOTSUPP from Linux 6.1, EINVAL from newer kernels
   */
  void trace(TraceCommand command);

  /** The types of VM that {@link #createVm(VmType)} takes; never empty. KVM_CAP_VM_TYPES. */
  Set<VmType> vmTypes();

  /**
   * Values that KVM gives by number, such as the XSAVE features that a guest may have.
   * KVM_GET_DEVICE_ATTR on {@code /dev/kvm}.
   */
  ReadableAttributes attributes();

  /**
   * Creates a VM of machine type 0, without memory and vCPUs. KVM_CREATE_VM.
   *
   * <p>The VM belongs to this process: another one that gets hold of its descriptor is refused with
   * EIO.
   *
   * @throws KvmIoctlException if the kernel refuses: EBUSY while another hypervisor holds the
   *     virtualisation extensions, ENOMEM, EMFILE, ENFILE
   */
  default Vm createVm() {
    return createVm(VmType.DEFAULT);
  }

  /**
   * As {@link #createVm()}, of another machine type.
   *
   * @throws KvmException if it is not one of {@link #vmTypes}
   */
  Vm createVm(VmType type);

  /**
   * Creates an eventfd, which belongs to the caller and to no VM. eventfd(2).
   *
   * @throws KvmIoctlException if the kernel refuses, such as with EMFILE
   */
  EventFd createEventFd();

  /** Closes {@code /dev/kvm}; VMs made from it live on. Idempotent. */
  @Override
  void close();
}
