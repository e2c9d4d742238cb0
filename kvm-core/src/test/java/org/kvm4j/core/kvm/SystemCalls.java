package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.SYSTEM;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_CHECK_EXTENSION;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_VM;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_API_VERSION;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_EMULATED_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSRS;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSR_FEATURE_INDEX_LIST;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_MSR_INDEX_LIST;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_SUPPORTED_HV_CPUID;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_VCPU_MMAP_SIZE;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_IDENTITY_MAP_ADDR;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_TSS_ADDR;
import static org.kvm4j.core.abi.Ioctl.KVM_TRACE_DISABLE;
import static org.kvm4j.core.abi.Ioctl.KVM_TRACE_ENABLE;
import static org.kvm4j.core.abi.Ioctl.KVM_TRACE_PAUSE;
import static org.kvm4j.core.abi.Ioctl.KVM_X86_GET_MCE_CAP_SUPPORTED;
import static org.kvm4j.core.sys.Errno.E2BIG;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.EMFILE;
import static org.kvm4j.core.sys.Errno.ENFILE;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENOTTY;
import static org.kvm4j.core.sys.Errno.EOPNOTSUPP;
import static org.mockito.Mockito.mock;

import java.util.List;
import java.util.function.Consumer;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.KvmCapability;
import org.kvm4j.TraceCommand;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.Ioctl;
import org.kvm4j.core.abi.KvmMsrs;

/**
 * What {@code /dev/kvm} answers, and the way from it to a vCPU.
 *
 * <p>Where E2BIG is missing although the kernel documents it, it only means that the list is longer
 * than the room for it, and the call is made again; HostQueriesTest shows that.
 */
final class SystemCalls {

  static final List<IoctlCall> ALL =
      List.of(
          system(KVM_GET_API_VERSION, "apiVersion", Hypervisor::apiVersion, EINVAL),
          // KVM never refuses it; what is not KVM does.
          system(KVM_CHECK_EXTENSION, "checkExtension", h -> h.checkExtension(0), ENOTTY),
          system(
              KVM_GET_VCPU_MMAP_SIZE, "vcpuMmapSizeBytes", Hypervisor::vcpuMmapSizeBytes, EINVAL),
          system(
              KVM_GET_SUPPORTED_CPUID,
              "supportedCpuid",
              Hypervisor::supportedCpuid,
              ENOMEM,
              EFAULT),
          system(
              KVM_GET_EMULATED_CPUID,
              "emulatedCpuid",
              Hypervisor::emulatedCpuid,
              ENOMEM,
              EFAULT,
              EINVAL),
          system(
              KVM_GET_SUPPORTED_HV_CPUID,
              "supportedHypervCpuid",
              Hypervisor::supportedHypervCpuid,
              EFAULT),
          system(KVM_GET_MSR_INDEX_LIST, "msrIndexList", Hypervisor::msrIndexList, EFAULT),
          system(
              KVM_GET_MSR_FEATURE_INDEX_LIST,
              "msrFeatureIndexList",
              Hypervisor::msrFeatureIndexList,
              EFAULT),
          IoctlCall.of(
              KVM_GET_MSRS,
              SYSTEM,
              "Hypervisor.featureMsrs",
              SystemCalls::readFeatureMsr,
              EFAULT,
              E2BIG,
              ENOMEM),
          system(
              KVM_X86_GET_MCE_CAP_SUPPORTED,
              "mceCapabilities",
              Hypervisor::mceCapabilities,
              EFAULT),
          trace(KVM_TRACE_ENABLE, TraceCommand.ENABLE),
          trace(KVM_TRACE_PAUSE, TraceCommand.PAUSE),
          trace(KVM_TRACE_DISABLE, TraceCommand.DISABLE),
          system(
              KVM_CREATE_VM,
              "createVm",
              h -> h.createVm().close(),
              EBUSY,
              ENOMEM,
              EINVAL,
              EMFILE,
              ENFILE),
          vm(KVM_CHECK_EXTENSION, "checkExtension", vm -> vm.supports(KvmCapability.SYNC_MMU), EIO),
          vm(
              KVM_SET_TSS_ADDR,
              "setTssAddress",
              vm -> vm.setTssAddress(0xfffb_d000L),
              EINVAL,
              EEXIST,
              ENOMEM,
              EFAULT,
              EIO),
          vm(
              KVM_SET_IDENTITY_MAP_ADDR,
              "setIdentityMapAddress",
              vm -> vm.setIdentityMapAddress(0xfffb_c000L),
              EINVAL,
              EFAULT,
              EIO),
          vm(
              KVM_CREATE_VCPU,
              "createVcpu",
              vm -> vm.createVcpu(3, new Buses(mock(PioBus.class), mock(MmioBus.class))),
              EEXIST,
              EINVAL,
              ENOMEM,
              EMFILE,
              ENFILE,
              EIO));

  private SystemCalls() {}

  private static IoctlCall system(
      Ioctl ioctl, String method, Consumer<Hypervisor> action, int... errnos) {
    return IoctlCall.of(
        ioctl, SYSTEM, "Hypervisor." + method, m -> action.accept(m.hypervisor), errnos);
  }

  private static IoctlCall trace(Ioctl ioctl, TraceCommand command) {
    // Linux 6.1 says EOPNOTSUPP; without these ioctls /dev/kvm says EINVAL.
    return system(ioctl, "trace", h -> h.trace(command), EOPNOTSUPP, EINVAL);
  }

  /** On a new VM, because most must come before its first vCPU. */
  private static IoctlCall vm(Ioctl ioctl, String method, Consumer<Vm> action, int... errnos) {
    return IoctlCall.of(
        ioctl,
        VM,
        "Vm." + method,
        m -> {
          try (Vm vm = m.hypervisor.createVm()) {
            action.accept(vm);
          }
        },
        errnos);
  }

  /** The kernel answers how many it has read. */
  private static void readFeatureMsr(ScriptedMachine machine) {
    machine.kernel.always(
        "KVM_GET_MSRS",
        argument -> machine.kernel.at(argument, KvmMsrs.SIZEOF).getInt(KvmMsrs.NMSRS));
    machine.hypervisor.featureMsrs(List.of(0x10a));
  }
}
