package org.kvm4j.core.kvm;

import com.sun.jna.Native;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;

/**
 * A process that takes another one's VM and uses it.
 *
 * <p>Prints a line for each call, {@code ok} or what it failed with. The kernel can refuse to hand
 * the descriptor over: then the only line begins with {@link #NOT_TAKEN}.
 */
public final class ForeignVm {

  /** Before the reason for which the descriptor cannot be taken. */
  public static final String NOT_TAKEN = "not taken: ";

  private static final long SYS_PIDFD_OPEN = 434;
  private static final long SYS_PIDFD_GETFD = 438;

  private ForeignVm() {}

  /** Takes the other process' number and its VM's descriptor there. */
  public static void main(String[] args) {
    int process = taken("pidfd_open", SYS_PIDFD_OPEN, Long.parseLong(args[0]), 0, 0);
    if (process < 0) {
      return;
    }
    int number = taken("pidfd_getfd", SYS_PIDFD_GETFD, process, Long.parseLong(args[1]), 0);
    NativeLibc.INSTANCE.close(process);
    if (number < 0) {
      return;
    }
    try (Fd vm = Fd.vm(NativeLibc.INSTANCE, number)) {
      use(vm, Ioctl.KVM_CHECK_EXTENSION, KvmCapability.USER_MEMORY.number());
      use(vm, Ioctl.KVM_CREATE_VCPU, 7);
    }
  }

  private static void use(Fd vm, Ioctl ioctl, long argument) {
    String line;
    try {
      vm.ioctl(ioctl, argument);
      line = "ok";
    } catch (KvmIoctlException refused) {
      line = refused.getMessage();
    }
    System.out.println(line);
  }

  private static int taken(String name, long number, long first, long second, long third) {
    int result = (int) Libc.syscall(number, first, second, third);
    if (result < 0) {
      System.out.println(NOT_TAKEN + name + ": " + Errno.describe(Native.getLastError()));
    }
    return result;
  }

  /** What Syscalls has no need of. */
  private static final class Libc {
    static {
      Native.register(Libc.class, "c");
    }

    static native long syscall(long number, long first, long second, long third);
  }
}
