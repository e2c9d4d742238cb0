package org.kvm4j.core.kvm;

import static org.kvm4j.KvmCapability.IRQFD_RESAMPLE;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQFD;
import static org.kvm4j.core.abi.Ioctl.KVM_IRQ_LINE_STATUS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_IRQCHIP;
import static org.kvm4j.core.abi.Ioctl.KVM_SIGNAL_MSI;

import java.nio.ByteBuffer;
import java.util.List;
import org.kvm4j.core.abi.KvmIoapicState;
import org.kvm4j.core.abi.KvmIrqLevel;
import org.kvm4j.core.abi.KvmIrqchip;
import org.kvm4j.core.abi.KvmIrqfd;
import org.kvm4j.core.abi.KvmMsi;
import org.kvm4j.core.abi.KvmPicState;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.io.EventFd;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.IoapicState;
import org.kvm4j.irq.Irqchip;
import org.kvm4j.irq.LineStatus;
import org.kvm4j.irq.MsiMessage;
import org.kvm4j.irq.PicState;

/** Interrupts over the ioctls of a VM. */
final class KvmInterrupts implements Interrupts {

  /** Where the interrupt controllers are. */
  private enum Controllers {
    NONE,
    IN_KERNEL,
    SPLIT
  }

  private final Fd fd;
  private volatile Controllers controllers = Controllers.NONE;

  KvmInterrupts(Fd fd) {
    this.fd = fd;
  }

  /** PIC, IOAPIC and local APICs were created in the kernel. */
  void created() {
    controllers = Controllers.IN_KERNEL;
  }

  /** Only local APICs were. */
  void createdSplit() {
    controllers = Controllers.SPLIT;
  }

  /** Whether PIC and IOAPIC are in the kernel. */
  boolean areInKernel() {
    return controllers == Controllers.IN_KERNEL;
  }

  @Override
  public PicState picMaster() {
    return KvmPicState.read(state(Irqchip.PIC_MASTER), KvmIrqchip.CHIP);
  }

  @Override
  public void setPicMaster(PicState state) {
    setPic(Irqchip.PIC_MASTER, state);
  }

  @Override
  public PicState picSlave() {
    return KvmPicState.read(state(Irqchip.PIC_SLAVE), KvmIrqchip.CHIP);
  }

  @Override
  public void setPicSlave(PicState state) {
    setPic(Irqchip.PIC_SLAVE, state);
  }

  @Override
  public IoapicState ioapic() {
    return KvmIoapicState.read(state(Irqchip.IOAPIC), KvmIrqchip.CHIP);
  }

  @Override
  public void setIoapic(IoapicState state) {
    ByteBuffer irqchip = argument(Irqchip.IOAPIC);
    KvmIoapicState.write(irqchip, KvmIrqchip.CHIP, state);
    fd.ioctl(KVM_SET_IRQCHIP, irqchip);
  }

  @Override
  public void setRoutes(List<GsiRoute> routes) {
    requireControllers("KVM_SET_GSI_ROUTING");
    RoutingTable.set(fd, List.copyOf(routes), controllers == Controllers.SPLIT);
  }

  @Override
  public LineStatus setLine(int gsi, boolean high) {
    requireControllers("KVM_IRQ_LINE_STATUS");
    Gsis.check(fd, gsi);
    ByteBuffer level = Gsis.level(gsi, high);
    fd.ioctl(KVM_IRQ_LINE_STATUS, level);
    return LineStatus.of(level.getInt(KvmIrqLevel.STATUS));
  }

  @Override
  public boolean signalMsi(MsiMessage message) {
    requireControllers("KVM_SIGNAL_MSI");
    ByteBuffer msi = Native.allocate(KvmMsi.SIZEOF);
    KvmMsi.write(msi, message);
    int result = fd.tryIoctl(KVM_SIGNAL_MSI, msi);
    // The kernel says -1 if no local APIC has that id, which C takes for EPERM.
    if (result < 0 && result != -Errno.EPERM) {
      throw fd.failure(KVM_SIGNAL_MSI, result);
    }
    return result > 0;
  }

  @Override
  public void connect(EventFd trigger, int gsi) {
    KvmEventFd from = KvmEventFd.of(trigger);
    Gsis.check(fd, gsi);
    irqfd(from, gsi, 0, 0);
  }

  @Override
  public void connect(EventFd trigger, EventFd resample, int gsi) {
    KvmEventFd from = KvmEventFd.of(trigger);
    KvmEventFd to = KvmEventFd.of(resample);
    if (from == to) {
      throw new IllegalArgumentException("trigger and resample are the same: make two eventfds");
    }
    Gsis.check(fd, gsi);
    requireInKernel("KVM_IRQFD with a resample eventfd");
    fd.capabilities().require(IRQFD_RESAMPLE, "KVM_IRQFD with a resample eventfd");
    int number = to.enter();
    try {
      irqfd(from, gsi, KvmIrqfd.KVM_IRQFD_FLAG_RESAMPLE, number);
    } finally {
      to.leave();
    }
  }

  @Override
  public void disconnect(EventFd trigger, int gsi) {
    KvmEventFd from = KvmEventFd.of(trigger);
    Gsis.check(fd, gsi);
    irqfd(from, gsi, KvmIrqfd.KVM_IRQFD_FLAG_DEASSIGN, 0);
  }

  private void irqfd(KvmEventFd trigger, int gsi, int flags, int resample) {
    requireControllers("KVM_IRQFD");
    ByteBuffer irqfd = Native.allocate(KvmIrqfd.SIZEOF);
    irqfd.putInt(KvmIrqfd.GSI, gsi);
    irqfd.putInt(KvmIrqfd.FLAGS, flags);
    irqfd.putInt(KvmIrqfd.RESAMPLEFD, resample);
    int number = trigger.enter();
    try {
      fd.ioctl(KVM_IRQFD, irqfd.putInt(KvmIrqfd.FD, number));
    } finally {
      trigger.leave();
    }
  }

  private void setPic(Irqchip chip, PicState state) {
    ByteBuffer irqchip = argument(chip);
    KvmPicState.write(irqchip, KvmIrqchip.CHIP, state);
    fd.ioctl(KVM_SET_IRQCHIP, irqchip);
  }

  private ByteBuffer state(Irqchip chip) {
    ByteBuffer irqchip = argument(chip);
    fd.ioctl(KVM_GET_IRQCHIP, irqchip);
    return irqchip;
  }

  private ByteBuffer argument(Irqchip chip) {
    requireInKernel("the state of the " + chip);
    return Native.allocate(KvmIrqchip.SIZEOF).putInt(KvmIrqchip.CHIP_ID, chip.number());
  }

  private void requireInKernel(String what) {
    requireControllers(what);
    if (controllers == Controllers.SPLIT) {
      throw new IllegalStateException(
          what
              + " is not in the kernel: this VM has a split irqchip, whose PIC and IOAPIC are the"
              + " caller's own");
    }
  }

  private void requireControllers(String what) {
    fd.requireOpen();
    if (controllers == Controllers.NONE) {
      throw new IllegalStateException(
          what + " needs createIrqchip() or createSplitIrqchip() before it");
    }
  }
}
