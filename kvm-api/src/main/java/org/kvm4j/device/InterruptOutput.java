package org.kvm4j.device;

import org.kvm4j.irq.MsiMessage;

/**
 * What an interrupt controller drives: the processors. Threading: any thread.
 *
 * <p>An 8259A has one wire to the first processor and is then asked for a vector. An I/O APIC sends
 * messages, one for each of its pins.
 */
public interface InterruptOutput {

  /**
   * Drives INTR, which leads to LINT0 of the first processor's local APIC. While it is high and the
   * processor takes interrupts, {@link InterruptController#acknowledge} is called.
   */
  void intr(boolean high);

  /**
   * What a pin sends from now on. As long as this is a level-triggered message, its end comes back
   * as {@link InterruptController#endOfInterrupt}. A level-triggered message that is not the pin's
   * last one costs milliseconds, all else nothing.
   *
   * <p>Tell an edge-triggered one as soon as its pin is programmed and not masked: if it is an NMI,
   * a guest that is halted with interrupts off may wait for it, and is taken for dead otherwise.
   *
   * @param pin of the I/O APIC, 0 to 23
   */
  void route(int pin, MsiMessage message);

  /**
   * Sends a pin's message once. One without a route, or for a local APIC that is not there or
   * switched off, is lost.
   *
   * @param pin of the I/O APIC, 0 to 23
   * @return whether a local APIC took it, so that a level-triggered one will be ended
   */
  boolean send(int pin);
}
