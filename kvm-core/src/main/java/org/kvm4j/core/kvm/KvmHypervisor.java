package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_CHECK_EXTENSION;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_VM;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_API_VERSION;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_EMULATED_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSR_FEATURE_INDEX_LIST;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSR_INDEX_LIST;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_HV_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_VCPU_MMAP_SIZE;
import static org.kvm4j.core.abi.Ioctl.KVM_TRACE_DISABLE;
import static org.kvm4j.core.abi.Ioctl.KVM_TRACE_ENABLE;
import static org.kvm4j.core.abi.Ioctl.KVM_TRACE_PAUSE;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_GET_MCE_CAP_SUPPORTED;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.KvmUnavailableException;
import org.kvm4j.MceCapabilities;
import org.kvm4j.Msr;
import org.kvm4j.ReadableAttributes;
import org.kvm4j.RunAreaLayout;
import org.kvm4j.TraceCommand;
import org.kvm4j.Vm;
import org.kvm4j.VmType;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.Syscalls;
import org.kvm4j.io.EventFd;

/** The system descriptor. KVM API, section 4, system ioctls. */
public final class KvmHypervisor implements Hypervisor {

  /** The only version there is; it was frozen in Linux 2.6.22. */
  private static final int KVM_API_VERSION = 12;

  private static final int O_RDWR = 2;

  /** struct kvm_run, and the page of port data. */
  private static final int LEAST_RUN_AREA_BYTES =
      (KvmRun.KVM_PIO_PAGE_OFFSET + 1) * RunAreaLayout.PAGE_BYTES;

  private final Fd fd;
  private final KvmAttributes attributes;

  private KvmHypervisor(Fd fd) {
    this.fd = fd;
    attributes = new KvmAttributes(fd);
  }

  /** Opens a KVM device and checks its API version. */
  public static KvmHypervisor open(Syscalls sys, String path) {
    int number = sys.open(path, O_RDWR);
    if (number < 0) {
      throw Failure.opening(path, number);
    }
    Fd fd = Fd.system(sys, number, path);
    int version = fd.tryIoctl(KVM_GET_API_VERSION, 0);
    if (version != KVM_API_VERSION) {
      fd.close();
      throw new KvmUnavailableException(
          version < 0
              ? "%s is not KVM: KVM_GET_API_VERSION gives %s. Name the KVM device."
                  .formatted(path, Errno.describe(-version))
              : "%s has KVM API version %d, not %d. Use a kernel of this decade."
                  .formatted(path, version, KVM_API_VERSION));
    }
    return new KvmHypervisor(fd);
  }

  @Override
  public int apiVersion() {
    return fd.ioctl(KVM_GET_API_VERSION, 0);
  }

  @Override
  public int checkExtension(int capability) {
    return fd.ioctl(KVM_CHECK_EXTENSION, capability);
  }

  @Override
  public int vcpuMmapSizeBytes() {
    return fd.ioctl(KVM_GET_VCPU_MMAP_SIZE, 0);
  }

  @Override
  public RunAreaLayout runAreaLayout() {
    int sizeBytes = vcpuMmapSizeBytes();
    int ringPage = fd.capabilities().value(KvmCapability.COALESCED_MMIO);
    try {
      return new RunAreaLayout(
          sizeBytes,
          KvmRun.KVM_PIO_PAGE_OFFSET * RunAreaLayout.PAGE_BYTES,
          ringPage <= 0 ? OptionalInt.empty() : OptionalInt.of(offsetBytes(ringPage)));
    } catch (IllegalArgumentException e) {
      throw new KvmException(
          "KVM_GET_VCPU_MMAP_SIZE on %s does not fit KVM_CAP_COALESCED_MMIO: %s."
              .formatted(fd.name(), e.getMessage()),
          e);
    }
  }

  @Override
  public CpuidTable supportedCpuid() {
    return CountedList.HOST_CPUID.from(fd, KVM_GET_SUPPORTED_CPUID);
  }

  @Override
  public CpuidTable emulatedCpuid() {
    return CountedList.HOST_CPUID.from(fd, KVM_GET_EMULATED_CPUID);
  }

  @Override
  public CpuidTable supportedHypervCpuid() {
    return CountedList.HOST_CPUID.from(fd, KVM_GET_SUPPORTED_HV_CPUID);
  }

  @Override
  public List<Integer> msrIndexList() {
    return CountedList.MSR_INDICES.from(fd, KVM_GET_MSR_INDEX_LIST);
  }

  @Override
  public List<Integer> msrFeatureIndexList() {
    return CountedList.MSR_INDICES.from(fd, KVM_GET_MSR_FEATURE_INDEX_LIST);
  }

  @Override
  public List<Msr> featureMsrs(List<Integer> indices) {
    return MsrBatch.read(fd, indices);
  }

  @Override
  public MceCapabilities mceCapabilities() {
    ByteBuffer mask = Native.allocate(Long.BYTES);
    fd.ioctl(KVM_X86_GET_MCE_CAP_SUPPORTED, mask);
    return new MceCapabilities(mask.getLong(0), fd.capabilities().value(KvmCapability.MCE));
  }

  @Override
  public void trace(TraceCommand command) {
    switch (command) {
      case ENABLE -> fd.ioctl(KVM_TRACE_ENABLE, Native.allocate(KVM_TRACE_ENABLE.sizeBytes()));
      case PAUSE -> fd.ioctl(KVM_TRACE_PAUSE, 0);
      case DISABLE -> fd.ioctl(KVM_TRACE_DISABLE, 0);
    }
  }

  @Override
  public Set<VmType> vmTypes() {
    return VmTypes.offeredBy(fd.capabilities());
  }

  @Override
  public ReadableAttributes attributes() {
    return attributes;
  }

  @Override
  public Vm createVm(VmType type) {
    VmTypes.require(type, fd.capabilities());
    int runAreaBytes = vcpuMmapSizeBytes();
    if (runAreaBytes < LEAST_RUN_AREA_BYTES) {
      throw new KvmException(
          "KVM_GET_VCPU_MMAP_SIZE on %s: a run area of %d bytes is less than %d. Is it KVM?"
              .formatted(fd.name(), runAreaBytes, LEAST_RUN_AREA_BYTES));
    }
    int number = fd.ioctl(KVM_CREATE_VM, type.number());
    return new KvmVm(Fd.vm(fd.sys(), number), runAreaBytes);
  }

  @Override
  public EventFd createEventFd() {
    fd.requireOpen();
    return KvmEventFd.create(fd.sys());
  }

  @Override
  public void close() {
    fd.close();
  }

  /** Saturates, so that a page number out of all bounds is not taken for a small one. */
  private static int offsetBytes(int page) {
    return (int) Math.min((long) page * RunAreaLayout.PAGE_BYTES, Integer.MAX_VALUE);
  }
}
