package org.kvm4j.core.kvm;

import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.Deque;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmException;
import org.kvm4j.Vm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.NativeLibc;

/**
 * A process that runs out of file descriptors: at opening {@code /dev/kvm}, at creating a VM, and
 * at creating a vCPU. Prints each failure, and {@code done} after all of it worked in the end.
 */
public final class FewDescriptors {

  private static final int RLIMIT_NOFILE = 7;
  private static final String DEVICE = "/dev/kvm";

  /** A hundred more than a JVM uses. */
  private static final int LIMIT = 200;

  private FewDescriptors() {}

  /** Takes no arguments. */
  public static void main(String[] args) {
    Buses buses = new Buses(new PioSpace(), new MmioSpace());
    loadClasses(buses);
    limitDescriptors();
    Deque<Hypervisor> open = new ArrayDeque<>();
    String opening = null;
    while (opening == null) {
      try {
        open.push(open());
      } catch (KvmException full) {
        opening = full.getMessage();
      }
    }
    // All descriptors are taken: nothing may be loaded or opened from here on, but for ours.
    String creatingVm = failureOf(() -> open.peek().createVm());
    open.pop().close();
    Vm vm = open.peek().createVm();
    String creatingVcpu = failureOf(() -> vm.createVcpu(0, buses));
    open.pop().close();
    vm.createVcpu(0, buses);
    vm.close();
    open.forEach(Hypervisor::close);
    System.out.println(opening);
    System.out.println(creatingVm);
    System.out.println(creatingVcpu);
    System.out.println("done");
  }

  private static Hypervisor open() {
    return KvmHypervisor.open(NativeLibc.INSTANCE, DEVICE);
  }

  private static String failureOf(Runnable step) {
    try {
      step.run();
      return "no failure";
    } catch (KvmException failure) {
      return failure.getMessage();
    }
  }

  /** Loading a class takes a descriptor. */
  private static void loadClasses(Buses buses) {
    try (Hypervisor hypervisor = open();
        Vm vm = hypervisor.createVm()) {
      vm.createVcpu(0, buses);
      failureOf(() -> vm.createVcpu(0, buses));
    }
    failureOf(() -> KvmHypervisor.open(NativeLibc.INSTANCE, "/nonexistent"));
  }

  private static void limitDescriptors() {
    ByteBuffer limit = ByteBuffer.allocateDirect(2 * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    limit.putLong(0, LIMIT).putLong(Long.BYTES, LIMIT);
    if (Libc.setrlimit(RLIMIT_NOFILE, NativeLibc.INSTANCE.addressOf(limit)) < 0) {
      throw new IllegalStateException("setrlimit: " + Errno.describe(Native.getLastError()));
    }
  }

  /** What Syscalls has no need of. */
  private static final class Libc {
    static {
      Native.register(Libc.class, "c");
    }

    static native int setrlimit(int resource, long limit);
  }
}
