package org.kvm4j;

import java.util.Objects;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;

/**
 * Where a vCPU's accesses go that are not to RAM.
 *
 * @param pio the port space
 * @param mmio guest-physical addresses outside memory slots
 */
public record Buses(PioBus pio, MmioBus mmio) {

  /** Both are needed. */
  public Buses {
    Objects.requireNonNull(pio, "pio");
    Objects.requireNonNull(mmio, "mmio");
  }
}
