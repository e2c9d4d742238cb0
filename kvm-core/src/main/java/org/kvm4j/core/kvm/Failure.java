package org.kvm4j.core.kvm;

import static org.kvm4j.core.sys.Errno.E2BIG;
import static org.kvm4j.core.sys.Errno.EACCES;
import static org.kvm4j.core.sys.Errno.EAGAIN;
import static org.kvm4j.core.sys.Errno.EBADF;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EHWPOISON;
import static org.kvm4j.core.sys.Errno.EINTR;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.EMFILE;
import static org.kvm4j.core.sys.Errno.ENFILE;
import static org.kvm4j.core.sys.Errno.ENODEV;
import static org.kvm4j.core.sys.Errno.ENOENT;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENOSPC;
import static org.kvm4j.core.sys.Errno.ENOSYS;
import static org.kvm4j.core.sys.Errno.ENOTTY;
import static org.kvm4j.core.sys.Errno.ENXIO;
import static org.kvm4j.core.sys.Errno.EOPNOTSUPP;
import static org.kvm4j.core.sys.Errno.EPERM;
import static org.kvm4j.core.sys.Errno.EROFS;

import org.kvm4j.KvmIoctlException;
import org.kvm4j.KvmUnavailableException;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.memory.HostMemory;

/** Turns error numbers of the kernel into sentences that say what to do. */
final class Failure {

  private static final String TRACING =
      "KVM no longer traces like this: use the events of group kvm in /sys/kernel/tracing.";

  private Failure() {}

  /** For an ioctl on a descriptor with a name such as {@code vCPU 0}. */
  static KvmIoctlException of(Ioctl ioctl, String descriptor, int negativeErrno) {
    int errno = -negativeErrno;
    return failed(ioctl + " on " + descriptor, errno, advice(ioctl, errno));
  }

  /** For another system call. */
  static KvmIoctlException of(String call, int negativeErrno) {
    int errno = -negativeErrno;
    return failed(call, errno, advice(errno));
  }

  /** For guest memory in huge pages. */
  static KvmIoctlException ofHugePages(long sizeBytes, int negativeErrno) {
    String call = "mmap of guest memory, %d MiB in huge pages".formatted(sizeBytes >> 20);
    long pages = sizeBytes / HostMemory.HUGE_PAGE_BYTES;
    return failed(
        call,
        -negativeErrno,
        -negativeErrno == ENOMEM
            ? "The host has fewer than %d of them free: as root, set enough aside by 'sysctl"
                    .formatted(pages)
                + " vm.nr_hugepages=%d', or more if others use some.".formatted(pages)
            : advice(-negativeErrno));
  }

  /** For opening {@code /dev/kvm} itself. */
  static KvmUnavailableException opening(String path, int negativeErrno) {
    int errno = -negativeErrno;
    String advice =
        switch (errno) {
          case ENOENT, ENXIO, ENODEV ->
              "This machine offers no KVM: load kvm_intel or kvm_amd, switch virtualisation on in"
                  + " the firmware, or, inside a VM, turn on nested virtualisation.";
          case EACCES, EPERM ->
              "You may not use it: join its group with 'sudo usermod -aG kvm $USER' and log in"
                  + " again.";
          case EMFILE -> "Too many files are open: raise 'ulimit -n'.";
          case ENFILE -> "The host has too many files open: raise the sysctl fs.file-max.";
          case EBUSY -> "Something has it for itself alone: end that.";
          default -> "Check that it is the KVM character device.";
        };
    return new KvmUnavailableException(
        "Cannot open %s: %s. %s".formatted(path, Errno.describe(errno), advice));
  }

  private static KvmIoctlException failed(String call, int errno, String advice) {
    return new KvmIoctlException(
        call, errno, "%s: %s. %s".formatted(call, Errno.describe(errno), advice));
  }

  /** Where an ioctl means something of its own by an error number. KVM API, section 4. */
  private static String advice(Ioctl ioctl, int errno) {
    return switch (ioctl) {
      case KVM_CREATE_VM ->
          switch (errno) {
            case EBUSY ->
                "Is another hypervisor holding the virtualisation extensions? Stop it, or see dmesg.";
            case EINVAL -> "The kernel refuses the machine type: use one of vmTypes().";
            case ENODEV -> // Linux 6.1 says EBUSY for this, too
                "The CPU's virtualisation extensions are off: switch them on in the firmware.";
            default -> advice(errno);
          };
      case KVM_CREATE_VCPU ->
          errno == EINVAL
              ? "The id or the number of vCPUs is too large: checkExtension() tells both limits, of"
                  + " MAX_VCPU_ID and of MAX_VCPUS."
              : advice(errno);
      case KVM_CREATE_IRQCHIP, KVM_CREATE_PIT2, KVM_CREATE_DEVICE ->
          errno == EEXIST || errno == EBUSY
              ? "It exists already: a VM can have only one."
              : advice(errno);
      case KVM_ENABLE_CAP ->
          switch (errno) {
            case EEXIST, EBUSY -> "It exists already, or a vCPU does: do it once, and first.";
            case E2BIG -> "That is more than the kernel takes: give less.";
            default -> advice(errno);
          };
      case KVM_SET_BOOT_CPU_ID ->
          errno == EBUSY
              ? "There is a vCPU already: choose the boot vCPU before the first."
              : advice(errno);
      case KVM_IRQFD ->
          switch (errno) {
            case EAGAIN -> "There is no irqchip: create it first.";
            case EBUSY -> "The eventfd raises an interrupt already: use one for each line.";
            default -> advice(errno);
          };
      case KVM_RUN, KVM_PRE_FAULT_MEMORY ->
          errno == EFAULT
              ? "Memory that it needs is not mapped: add guest memory there first."
              : advice(errno);
      case KVM_GET_MSRS ->
          errno == E2BIG ? "That is more than the kernel takes: ask for fewer." : advice(errno);
      case KVM_TRACE_ENABLE, KVM_TRACE_PAUSE, KVM_TRACE_DISABLE -> TRACING;
      case KVM_IOEVENTFD ->
          errno == ENOENT ? "There is none like this: name it as it was made." : advice(errno);
      case KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG ->
          switch (errno) {
            case ENXIO ->
                "With dirty rings KVM keeps no bitmap: take the pages from Vcpu.dirtyRing().";
            case ENOENT -> "The slot is gone, or has no dirty log: add one, or switch it on.";
            default -> advice(errno);
          };
      case KVM_SET_VCPU_EVENTS ->
          errno == EINVAL
              ? "The kernel refuses the events: a payload or a triple fault needs its capability"
                  + " enabled on the VM first, and an SMI cannot go with MpState.INIT_RECEIVED."
              : advice(errno);
      case KVM_SET_SREGS, KVM_SET_SREGS2 ->
          errno == EINVAL
              ? "The registers do not fit together, or CR0, CR4 or EFER has a bit that the vCPU's"
                  + " CPUID does not offer: call setCpuid() first."
              : advice(errno);
      case KVM_SET_GUEST_DEBUG ->
          errno == EBUSY
              ? "An exception waits for the guest already: run the vCPU before you inject one."
              : advice(errno);
      case KVM_INTERRUPT ->
          switch (errno) {
            case ENXIO -> "The interrupt controllers are in the kernel: use Vm.setIrqLine.";
            case EEXIST -> "An interrupt waits for the guest already: run the vCPU first.";
            default -> advice(errno);
          };
      case KVM_GET_DEVICE_ATTR, KVM_SET_DEVICE_ATTR, KVM_HAS_DEVICE_ATTR ->
          switch (errno) {
            case ENXIO -> "There is no such attribute: ask has() first.";
            case EPERM -> "It cannot be read, or written, now or ever: see its documentation.";
            default -> advice(errno);
          };
      case KVM_SET_PMU_EVENT_FILTER ->
          errno == EBUSY ? "The host is out of memory: filter fewer events." : advice(errno);
      default ->
          errno == E2BIG && ioctl.name().startsWith("KVM_SET_")
              ? "That is more than the kernel takes: give fewer entries."
              : advice(errno);
    };
  }

  private static String advice(int errno) {
    return switch (errno) {
      case EBUSY -> "Something is using it already.";
      case ENOMEM -> "The host is out of memory: use less guest memory, or raise 'ulimit -v'.";
      case EMFILE -> "Too many files are open: raise 'ulimit -n', or close other VMs.";
      case ENFILE -> "The host has too many files open: close other VMs, or raise fs.file-max.";
      case ENODEV, ENXIO ->
          "KVM lacks this here, or the in-kernel controller that it is about is not created.";
      case ENOENT -> "KVM knows nothing of this name or number here: create or register it first.";
      case EEXIST -> "It exists already: use another id or address.";
      case EINVAL -> "The kernel refuses the values, or the order of the calls.";
      case ENOTTY -> "This kernel's KVM does not have the call: do without.";
      case ENOSYS -> "This kernel was built without it: use another kernel.";
      case EOPNOTSUPP -> "This KVM does not offer it: do without.";
      case E2BIG -> "The kernel has more entries than fit.";
      case ENOSPC -> "A limit of KVM is reached: remove what is no longer needed.";
      case EIO ->
          "A VM can be used only by the process that created it, as KVM ties it to one address"
              + " space; if this is that process, KVM gave the VM up after an error: see dmesg.";
      case EPERM, EACCES -> "The process lacks the permission: ask for it, or run as root.";
      case EROFS -> "The memory is read-only: use a slot that can be written.";
      case EBADF -> "The descriptor is closed or of another kind: name one that is open.";
      case EFAULT -> "Memory that it names is out of the kernel's reach: see that it is mapped.";
      case EINTR -> "A signal came in between: make the call again.";
      case EAGAIN -> "It cannot be done at this moment: make the call again.";
      case EHWPOISON -> "The host's memory there is broken: see dmesg.";
      default -> "See the KVM API documentation for this error.";
    };
  }
}
