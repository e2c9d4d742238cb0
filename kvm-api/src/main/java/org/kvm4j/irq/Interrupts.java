package org.kvm4j.irq;

import java.util.List;
import org.kvm4j.io.EventFd;

/**
 * The in-kernel interrupt controllers of a VM, and the ways into them.
 *
 * <p>Threading: any thread, while vCPUs run, too. Every method throws {@link IllegalStateException}
 * before {@link org.kvm4j.Vm#createIrqchip} or {@link org.kvm4j.Vm#createSplitIrqchip} and once the
 * VM is closed, and {@link org.kvm4j.KvmIoctlException} if the kernel refuses. The states of PIC
 * and IOAPIC are refused with {@link IllegalStateException} in a VM with a split irqchip, too:
 * these controllers are then not in the kernel.
 */
public interface Interrupts {

  /** The PIC at port 0x20. KVM_GET_IRQCHIP. */
  PicState picMaster();

  /** Sets the PIC at port 0x20. KVM_SET_IRQCHIP. */
  void setPicMaster(PicState state);

  /** The PIC at port 0xa0. KVM_GET_IRQCHIP. */
  PicState picSlave();

  /** Sets the PIC at port 0xa0. KVM_SET_IRQCHIP. */
  void setPicSlave(PicState state);

  /** The IOAPIC. KVM_GET_IRQCHIP. */
  IoapicState ioapic();

  /** Sets the IOAPIC; what is pending in {@link IoapicState#irr} is delivered. KVM_SET_IRQCHIP. */
  void setIoapic(IoapicState state);

  /**
   * Replaces the whole table of where lines lead. KVM_SET_GSI_ROUTING.
   *
   * <p>Until then it is {@link GsiRoute#defaults}, and in a split irqchip empty. One line may lead
   * to one pin of each controller, or to one message. Connected eventfds follow the new table at
   * once; what goes missing is silent.
   *
   * @param routes at most, and with GSIs below, what KVM_CAP_IRQ_ROUTING gives
   * @throws IllegalArgumentException if a line leads where it cannot
   */
  void setRoutes(List<GsiRoute> routes);

  /**
   * Drives a line as {@link org.kvm4j.Vm#setIrqLine} does, and says what became of it.
   * KVM_IRQ_LINE_STATUS.
   *
   * @param gsi from 0, less than what KVM_CAP_IRQ_ROUTING gives
   */
  LineStatus setLine(int gsi, boolean high);

  /**
   * Sends a message to the local APICs, without a route. KVM_SIGNAL_MSI.
   *
   * @return whether one took it; false if it is switched off, or there is none with that id
   */
  boolean signalMsi(MsiMessage message);

  /**
   * From now on each signal is an edge: the line goes high and low again. KVM_IRQFD.
   *
   * <p>It leads where the table of routes says at the time of the signal; a line without a route
   * does nothing. Signals from before count.
   *
   * @param trigger not connected to another line of this VM; its count is the kernel's to take,
   *     which it does since Linux 5.11
   * @throws IllegalArgumentException if it is not of this implementation
   * @throws org.kvm4j.KvmIoctlException with EBUSY if it is connected already
   */
  void connect(EventFd trigger, int gsi);

  /**
   * From now on a signal raises the line, which stays high until the guest ends the interrupt: then
   * it goes low and {@code resample} is signalled, for the device to look whether to raise it
   * again. KVM_IRQFD with KVM_IRQFD_FLAG_RESAMPLE.
   *
   * <p>For level-triggered lines that lead to a PIC or IOAPIC in the kernel, so not in a split
   * irqchip. {@link org.kvm4j.Vm#setIrqLine} on the same line is another source, OR-ed to it.
   *
   * @throws org.kvm4j.KvmCapabilityException if this KVM lacks KVM_CAP_IRQFD_RESAMPLE
   * @throws IllegalArgumentException if both are the same, or not of this implementation
   */
  void connect(EventFd trigger, EventFd resample, int gsi);

  /**
   * Ends what {@code connect} began; when it returns, no interrupt comes from it any more. Does
   * nothing if it is not connected to this line. KVM_IRQFD with KVM_IRQFD_FLAG_DEASSIGN.
   */
  void disconnect(EventFd trigger, int gsi);
}
