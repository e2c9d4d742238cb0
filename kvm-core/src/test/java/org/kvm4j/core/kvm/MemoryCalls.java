package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_CLEAR_DIRTY_LOG;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_GUEST_MEMFD;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_DIRTY_LOG;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_NR_MMU_PAGES;
import static org.kvm4j.core.abi.Ioctl.KVM_PRE_FAULT_MEMORY;
import static org.kvm4j.core.abi.Ioctl.KVM_RESET_DIRTY_RINGS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_MEMORY_ATTRIBUTES;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_NR_MMU_PAGES;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_USER_MEMORY_REGION;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_USER_MEMORY_REGION2;
import static org.kvm4j.core.sys.Errno.E2BIG;
import static org.kvm4j.core.sys.Errno.EBADF;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINTR;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.EMFILE;
import static org.kvm4j.core.sys.Errno.ENFILE;
import static org.kvm4j.core.sys.Errno.ENOENT;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENOTTY;
import static org.kvm4j.core.sys.Errno.ENXIO;
import static org.kvm4j.core.sys.Errno.EOPNOTSUPP;

import java.util.List;
import java.util.function.Consumer;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vm;
import org.kvm4j.memory.MemorySpec;
import org.kvm4j.memory.PageBitmap;

/** Memory slots, dirty logs and rings, guest_memfd. */
final class MemoryCalls {

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(
              KVM_SET_USER_MEMORY_REGION,
              VM,
              "Vm.addMemory",
              m -> m.vm.addMemory(0, 0x1000),
              EINVAL,
              EEXIST,
              ENOMEM,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_USER_MEMORY_REGION2,
              VM,
              "MemorySlots.add",
              m ->
                  m.vm
                      .slots()
                      .add(MemorySpec.ram(0, 0x1000).in(m.vm.slots().createGuestMemfd(0x1000), 0)),
              EINVAL,
              EEXIST,
              ENOMEM,
              EFAULT,
              EBADF,
              EIO),
          IoctlCall.of(
              KVM_GET_DIRTY_LOG,
              VM,
              "MemorySlots.dirtyLog",
              m -> m.vm.slots().dirtyLog(logged(m)),
              EINVAL,
              ENOENT,
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_CLEAR_DIRTY_LOG,
              VM,
              "MemorySlots.clearDirtyLog",
              m -> m.vm.slots().clearDirtyLog(logged(m), 0, PageBitmap.full(64)),
              EINVAL,
              ENOENT,
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_RESET_DIRTY_RINGS,
              VM,
              "MemorySlots.resetDirtyRings",
              withRings(vm -> vm.slots().resetDirtyRings()),
              EINVAL,
              EIO),
          IoctlCall.of(
              KVM_SET_NR_MMU_PAGES,
              VM,
              "MemorySlots.setMmuPages",
              m -> m.vm.slots().setMmuPages(64),
              EINVAL,
              EIO),
          // Linux 6.1 has it; newer kernels have only KVM_SET_NR_MMU_PAGES.
          IoctlCall.of(
              KVM_GET_NR_MMU_PAGES,
              VM,
              "MemorySlots.mmuPages",
              m -> m.vm.slots().mmuPages(),
              ENOTTY,
              EIO),
          IoctlCall.of(
              KVM_SET_MEMORY_ATTRIBUTES,
              VM,
              "MemorySlots.setAttributes",
              m -> m.vm.slots().setAttributes(0, 0x1000),
              EINVAL,
              ENOMEM,
              E2BIG,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_CREATE_GUEST_MEMFD,
              VM,
              "MemorySlots.createGuestMemfd",
              m -> m.vm.slots().createGuestMemfd(0x1000),
              EINVAL,
              ENOMEM,
              EMFILE,
              ENFILE,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_PRE_FAULT_MEMORY,
              VCPU,
              "Vcpu.preFaultMemory",
              m -> m.vcpu.preFaultMemory(0, 0x1000),
              EINVAL,
              ENOENT,
              EINTR,
              EOPNOTSUPP,
              EFAULT,
              EIO));

  private MemoryCalls() {}

  /** A slot of 64 pages whose writes are logged; the same one when called again. */
  private static MemorySlot logged(ScriptedMachine machine) {
    return machine.vm.slots().all().stream()
        .findFirst()
        .orElseGet(() -> machine.vm.slots().add(MemorySpec.ram(0, 64 * 0x1000).withDirtyLog()));
  }

  /** On a VM of its own, for rings come before the first vCPU. */
  private static Consumer<ScriptedMachine> withRings(Consumer<Vm> action) {
    return machine -> {
      try (Vm vm = machine.hypervisor.createVm()) {
        vm.slots().enableDirtyRings(4096);
        action.accept(vm);
      }
    };
  }
}
