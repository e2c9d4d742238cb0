package org.kvm4j.core.kvm;

import static org.kvm4j.core.abi.FdKind.VM;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_CREATE_PIT2;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_PIT2;
import static org.kvm4j.core.abi.Ioctl.KVM_IOEVENTFD;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQFD;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQ_LINE;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQ_LINE_STATUS;
import static org.kvm4j.core.abi.Ioctl.KVM_REINJECT_CONTROL;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_BOOT_CPU_ID;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_GSI_ROUTING;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_PIT2;
import static org.kvm4j.core.abi.Ioctl.KVM_SIGNAL_MSI;
import static org.kvm4j.core.sys.Errno.EAGAIN;
import static org.kvm4j.core.sys.Errno.EBADF;
import static org.kvm4j.core.sys.Errno.EBUSY;
import static org.kvm4j.core.sys.Errno.EEXIST;
import static org.kvm4j.core.sys.Errno.EFAULT;
import static org.kvm4j.core.sys.Errno.EINVAL;
import static org.kvm4j.core.sys.Errno.EIO;
import static org.kvm4j.core.sys.Errno.ENOENT;
import static org.kvm4j.core.sys.Errno.ENOMEM;
import static org.kvm4j.core.sys.Errno.ENOSPC;
import static org.kvm4j.core.sys.Errno.ENXIO;

import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.kvm4j.Vm;
import org.kvm4j.io.EventFd;
import org.kvm4j.io.IoEventFdSpec;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.MsiMessage;

/** Interrupt controllers, their lines and messages, the PIT, and eventfds. */
final class InterruptCalls {

  private static final GsiRoute ROUTE = new GsiRoute.Msi(5, MsiMessage.fixed(0, 0x31));

  static final List<IoctlCall> ALL =
      List.of(
          IoctlCall.of(
              KVM_CREATE_IRQCHIP,
              VM,
              "Vm.createIrqchip",
              onNewVm(Vm::createIrqchip),
              EEXIST,
              EINVAL,
              ENOMEM,
              ENOSPC,
              EIO),
          // EINVAL, for an id out of range, only from newer kernels than 6.1.
          IoctlCall.of(
              KVM_SET_BOOT_CPU_ID,
              VM,
              "Vm.setBootCpuId",
              onNewVm(vm -> vm.setBootCpuId(1)),
              EBUSY,
              EINVAL,
              EIO),
          IoctlCall.of(
              KVM_IRQ_LINE, VM, "Vm.setIrqLine", m -> m.vm.setIrqLine(3, true), ENXIO, EFAULT, EIO),
          IoctlCall.of(
              KVM_IRQ_LINE_STATUS,
              VM,
              "Interrupts.setLine",
              withIrqchip(vm -> vm.interrupts().setLine(3, true)),
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_GET_IRQCHIP,
              VM,
              "Interrupts.ioapic",
              withIrqchip(vm -> vm.interrupts().ioapic()),
              ENXIO,
              EINVAL,
              ENOMEM,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_IRQCHIP,
              VM,
              "Interrupts.setIoapic",
              withIrqchip(vm -> vm.interrupts().setIoapic(vm.interrupts().ioapic())),
              ENXIO,
              EINVAL,
              ENOMEM,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_GSI_ROUTING,
              VM,
              "Interrupts.setRoutes",
              withIrqchip(vm -> vm.interrupts().setRoutes(List.of(ROUTE))),
              EINVAL,
              ENOMEM,
              EFAULT,
              EIO),
          // EPERM is an answer: no local APIC has the id.
          IoctlCall.of(
              KVM_SIGNAL_MSI,
              VM,
              "Interrupts.signalMsi",
              withIrqchip(vm -> vm.interrupts().signalMsi(MsiMessage.fixed(0, 0x31))),
              EINVAL,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_IRQFD,
              VM,
              "Interrupts.connect",
              withEventFd((vm, eventFd) -> vm.interrupts().connect(eventFd, 5)),
              EAGAIN,
              EBADF,
              EBUSY,
              EFAULT,
              EINVAL,
              EIO,
              ENOMEM),
          // ENOENT, for no irqchip, only from newer kernels than 6.1.
          IoctlCall.of(
              KVM_CREATE_PIT2,
              VM,
              "Vm.createPit2",
              withIrqchip(vm -> vm.createPit2(true)),
              EEXIST,
              ENOENT,
              ENOMEM,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_GET_PIT2,
              VM,
              "KernelPit.state",
              withPit(vm -> vm.kernelPit().state()),
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_SET_PIT2,
              VM,
              "KernelPit.setState",
              withPit(vm -> vm.kernelPit().setState(vm.kernelPit().state())),
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_REINJECT_CONTROL,
              VM,
              "KernelPit.setReinject",
              withPit(vm -> vm.kernelPit().setReinject(false)),
              ENXIO,
              EFAULT,
              EIO),
          IoctlCall.of(
              KVM_IOEVENTFD,
              VM,
              "IoEventFds.connect",
              withEventFd(
                  (vm, eventFd) -> vm.ioEventFds().connect(eventFd, IoEventFdSpec.port(0x80, 1))),
              EBADF,
              EEXIST,
              EFAULT,
              EINVAL,
              EIO,
              ENOENT,
              ENOMEM,
              ENOSPC));

  private InterruptCalls() {}

  /** Most of these come before the first vCPU, and the machine has one already. */
  private static Consumer<ScriptedMachine> onNewVm(Consumer<Vm> action) {
    return machine -> {
      try (Vm vm = machine.hypervisor.createVm()) {
        action.accept(vm);
      }
    };
  }

  private static Consumer<ScriptedMachine> withIrqchip(Consumer<Vm> action) {
    return onNewVm(
        vm -> {
          vm.createIrqchip();
          action.accept(vm);
        });
  }

  private static Consumer<ScriptedMachine> withPit(Consumer<Vm> action) {
    return withIrqchip(
        vm -> {
          vm.createPit2(false);
          action.accept(vm);
        });
  }

  private static Consumer<ScriptedMachine> withEventFd(BiConsumer<Vm, EventFd> action) {
    return machine -> {
      try (EventFd eventFd = machine.hypervisor.createEventFd()) {
        withIrqchip(vm -> action.accept(vm, eventFd)).accept(machine);
      }
    };
  }
}
