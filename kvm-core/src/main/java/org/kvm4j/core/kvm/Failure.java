package org.kvm4j.core.kvm;

import static org.kvm4j.core.sys.Errno.E2BIG;
import static org.kvm4j.core.sys.Errno.EACCES;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.EMFILE;
import static org.kvm4j.core.sys.Errno.ENFILE;
import static org.kvm4j.core.sys.Errno.ENODEV;
import static org.kvm4j.core.sys.Errno.ENOENT;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENOTTY;
import static org.kvm4j.core.sys.Errno.ENXIO;
import static org.kvm4j.core.sys.Errno.EPERM;

import org.kvm4j.KvmIoctlException;
import org.kvm4j.KvmUnavailableException;
import org.kvm4j.core.sys.Errno;

/** Turns error numbers of the kernel into sentences that say what to do. */
final class Failure {

  private Failure() {}

  /** For a call on an open KVM descriptor. */
  static KvmIoctlException of(String call, int negativeErrno) {
    int errno = -negativeErrno;
    return new KvmIoctlException(
        call, errno, "%s: %s. %s".formatted(call, Errno.describe(errno), advice(call, errno)));
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
          case EMFILE, ENFILE -> "Too many files are open: raise 'ulimit -n'.";
          default -> "Check that it is the KVM character device.";
        };
    return new KvmUnavailableException(
        "Cannot open %s: %s. %s".formatted(path, Errno.describe(errno), advice));
  }

  private static String busy(String call) {
    if (call.startsWith("KVM_CREATE_VM ")) {
      return "Is another hypervisor holding the virtualisation extensions? Stop it.";
    }
    return call.startsWith("KVM_SET_GUEST_DEBUG ")
        ? "An exception waits for the guest already: run the vCPU before you inject one."
        : "Something is using it already.";
  }

  private static String lacking(String call) {
    if (call.startsWith("KVM_INTERRUPT ")) {
      return "The interrupt controllers are in the kernel: use Vm.setIrqLine.";
    }
    return call.contains("_DEVICE_ATTR ")
        ? "There is no such attribute: ask has() first."
        : "KVM lacks this here, or the interrupt controllers are not created.";
  }

  private static String advice(String call, int errno) {
    return switch (errno) {
      case EBUSY -> busy(call);
      case ENOMEM -> "The host is out of memory: use less guest memory, or raise 'ulimit -v'.";
      case EMFILE, ENFILE -> "Too many files are open: raise 'ulimit -n', or close other VMs.";
      case ENODEV, ENXIO -> lacking(call);
      case EEXIST -> "It exists already: use another id or address.";
      case EINVAL -> "The kernel refuses the values, or the order of the calls.";
      case ENOTTY -> "This kernel's KVM is too old for the call.";
      case E2BIG -> "The kernel has more entries than fit.";
      case EIO -> "A VM can be used only by the process that created it.";
      case EPERM, EACCES -> "The process lacks the permission.";
      default -> "See the KVM API documentation for this error.";
    };
  }
}
