package org.kvm4j.device;

/**
 * What the VM tells a device that is an interrupt controller; see {@link
 * DeviceContext#interruptController}.
 *
 * <p>Threading: as handlers, with the device's lock held, which another device's call may wait for.
 * So never set an {@link InterruptLine} from here; {@link InterruptOutput} is free to use.
 */
public interface InterruptController {

  /**
   * An input has another level.
   *
   * @param gsi global system interrupt, 0 to 23; an ISA IRQ has its own number
   * @param high whether a device asserts it
   */
  void setLine(int gsi, boolean high);

  /**
   * A local APIC broadcasts that a processor has handled a level-triggered interrupt, as Intel SDM,
   * volume 3, section "Signaling Interrupt Servicing Completion". KVM_EXIT_IOAPIC_EOI.
   *
   * @param vector 0 to 255
   */
  default void endOfInterrupt(int vector) {}

  /**
   * The processor asks for the vector of the interrupt that INTR announces and takes it. Called
   * only while the controller holds {@link InterruptOutput#intr} high, or just did: what is then to
   * say is the controller's spurious vector.
   *
   * @return 0 to 255
   */
  default int acknowledge() {
    throw new IllegalStateException("a controller that raises INTR must acknowledge");
  }
}
