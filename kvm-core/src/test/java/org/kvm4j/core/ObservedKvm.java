package org.kvm4j.core;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.kvm.KvmHypervisor;
import org.kvm4j.core.sys.NativeLibc;
import org.kvm4j.core.sys.Syscalls;

/** The host's KVM, with a note of every ioctl that it has carried out. */
final class ObservedKvm {

  /** An ioctl on a kind of descriptor. */
  record Use(Ioctl ioctl, FdKind kind) {}

  private static final Map<Long, Ioctl> BY_REQUEST =
      Stream.of(Ioctl.values()).collect(Collectors.toMap(Ioctl::request, Function.identity()));

  private static final Map<Integer, FdKind> KINDS = new ConcurrentHashMap<>();
  private static final Set<Use> SUCCEEDED = ConcurrentHashMap.newKeySet();
  private static final Map<Use, Integer> REFUSED = new ConcurrentHashMap<>();

  private static final Syscalls SYSCALLS =
      (Syscalls)
          Proxy.newProxyInstance(
              ObservedKvm.class.getClassLoader(),
              new Class<?>[] {Syscalls.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("close")) {
                  KINDS.remove((int) arguments[0]); // the number may come back as something else
                }
                Object result;
                try {
                  result = method.invoke(NativeLibc.INSTANCE, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
                switch (method.getName()) {
                  case "open" -> KINDS.put((int) result, FdKind.SYSTEM);
                  case "ioctl" -> note((int) arguments[0], (long) arguments[1], (int) result);
                  default -> {}
                }
                return result;
              });

  private ObservedKvm() {}

  static Hypervisor open() {
    return KvmHypervisor.open(SYSCALLS, Kvm.DEVICE.toString());
  }

  /** The host's KVM as if it were too old for a capability. */
  static Hypervisor openWithout(KvmCapability hidden) {
    Syscalls older =
        (Syscalls)
            Proxy.newProxyInstance(
                ObservedKvm.class.getClassLoader(),
                new Class<?>[] {Syscalls.class},
                (proxy, method, arguments) ->
                    asksFor(hidden, arguments) ? 0 : method.invoke(SYSCALLS, arguments));
    return KvmHypervisor.open(older, Kvm.DEVICE.toString());
  }

  private static boolean asksFor(KvmCapability capability, Object... arguments) {
    return arguments != null
        && arguments.length == 3
        && arguments[1].equals(Ioctl.KVM_CHECK_EXTENSION.request())
        && arguments[2].equals((long) capability.number());
  }

  /** Forgets what was carried out. */
  static void reset() {
    SUCCEEDED.clear();
    REFUSED.clear();
  }

  /** What the kernel has carried out since the last {@link #reset}. */
  static Set<Use> succeeded() {
    return Set.copyOf(SUCCEEDED);
  }

  /** What it has refused since the last {@link #reset}, with the latest errno. */
  static Map<Use, Integer> refused() {
    return Map.copyOf(REFUSED);
  }

  private static void note(int fd, long request, int result) {
    Ioctl ioctl = BY_REQUEST.get(request);
    if (result < 0 && ioctl != Ioctl.KVM_RUN) {
      REFUSED.put(new Use(ioctl, KINDS.getOrDefault(fd, FdKind.DEVICE)), -result);
      return;
    }
    // What is neither system, VM nor vCPU came from KVM_CREATE_DEVICE, in a struct.
    SUCCEEDED.add(new Use(ioctl, KINDS.getOrDefault(fd, FdKind.DEVICE)));
    switch (ioctl) {
      case KVM_CREATE_VM -> KINDS.put(result, FdKind.VM);
      case KVM_CREATE_VCPU -> KINDS.put(result, FdKind.VCPU);
      case KVM_CREATE_DEVICE, KVM_GET_STATS_FD, KVM_CREATE_GUEST_MEMFD -> KINDS.remove(result);
      default -> {}
    }
  }
}
