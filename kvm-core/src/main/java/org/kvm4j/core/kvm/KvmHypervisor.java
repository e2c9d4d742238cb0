package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.Ioctl.KVM_CHECK_EXTENSION;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_VM;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_API_VERSION;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSR_INDEX_LIST;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_VCPU_MMAP_SIZE;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;
import org.kvm4j.CpuidTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmUnavailableException;
import org.kvm4j.ReadableAttributes;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.abi.KvmMsrList;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.Syscalls;

/** The system descriptor. KVM API, section 4, system ioctls. */
public final class KvmHypervisor implements Hypervisor {

  /** The only version there is; it was frozen in Linux 2.6.22. */
  private static final int KVM_API_VERSION = 12;

  private static final int O_RDWR = 2;

  /** Machine type 0: an ordinary PC. */
  private static final int ORDINARY_MACHINE = 0;

  private static final int FIRST_GUESS = 128;
  private static final int MOST_ENTRIES = 16_384;

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
  public CpuidTable supportedCpuid() {
    // E2BIG says only that the guess was too small, so double it.
    for (int guess = FIRST_GUESS; ; guess *= 2) {
      ByteBuffer cpuid = Native.allocate(KvmCpuid2.sizeBytes(guess));
      cpuid.putInt(KvmCpuid2.NENT, guess);
      int result = fd.tryIoctl(KVM_GET_SUPPORTED_CPUID, fd.sys().addressOf(cpuid));
      if (result >= 0) {
        return KvmCpuid2.read(cpuid);
      }
      if (result != -Errno.E2BIG || guess >= MOST_ENTRIES) {
        throw Failure.of("KVM_GET_SUPPORTED_CPUID", result);
      }
    }
  }

  @Override
  public List<Integer> msrIndexList() {
    ByteBuffer empty = Native.allocate(KvmMsrList.SIZEOF);
    int result = fd.tryIoctl(KVM_GET_MSR_INDEX_LIST, fd.sys().addressOf(empty));
    if (result < 0 && result != -Errno.E2BIG) {
      throw Failure.of("KVM_GET_MSR_INDEX_LIST", result);
    }
    int count = Math.min(empty.getInt(KvmMsrList.NMSRS), MOST_ENTRIES);
    ByteBuffer list = Native.allocate(KvmMsrList.INDICES + count * Integer.BYTES);
    list.putInt(KvmMsrList.NMSRS, count);
    fd.ioctl(KVM_GET_MSR_INDEX_LIST, list);
    return IntStream.range(0, list.getInt(KvmMsrList.NMSRS))
        .mapToObj(i -> list.getInt(KvmMsrList.INDICES + i * Integer.BYTES))
        .toList();
  }

  @Override
  public ReadableAttributes attributes() {
    return attributes;
  }

  @Override
  public Vm createVm() {
    int runAreaBytes = vcpuMmapSizeBytes();
    int number = fd.ioctl(KVM_CREATE_VM, ORDINARY_MACHINE);
    return new KvmVm(Fd.vm(fd.sys(), number), runAreaBytes);
  }

  @Override
  public void close() {
    fd.close();
  }
}
