package org.kvm4j.irq;

import java.util.ArrayList;
import java.util.List;

/**
 * The in-kernel IOAPIC. struct kvm_ioapic_state; Intel 82093AA data sheet, section 3.
 *
 * @param baseAddress guest-physical; 0xfec00000
 * @param registerSelect which register the guest has selected, 0 to 0xff
 * @param id its APIC id
 * @param irr bit n: the interrupt of pin n is pending
 * @param redirections one for each of the 24 pins
 */
public record IoapicState(
    long baseAddress, int registerSelect, int id, int irr, List<IoapicRedirection> redirections) {

  /** Copies the list and checks its length. */
  public IoapicState {
    redirections = List.copyOf(redirections);
    if (redirections.size() != Irqchip.IOAPIC.pins()) {
      throw new IllegalArgumentException(
          "%d redirections: name one for each of the %d pins"
              .formatted(redirections.size(), Irqchip.IOAPIC.pins()));
    }
  }

  /**
   * The same state with another entry for one pin.
   *
   * @param pin 0 to 23
   */
  public IoapicState with(int pin, IoapicRedirection redirection) {
    if (pin < 0 || pin >= redirections.size()) {
      throw new IllegalArgumentException(
          "pin %d: use 0 to %d".formatted(pin, redirections.size() - 1));
    }
    List<IoapicRedirection> others = new ArrayList<>(redirections);
    others.set(pin, redirection);
    return new IoapicState(baseAddress, registerSelect, id, irr, others);
  }
}
