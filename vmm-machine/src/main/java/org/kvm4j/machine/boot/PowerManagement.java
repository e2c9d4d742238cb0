package org.kvm4j.machine.boot;

/**
 * Where the fixed hardware of ACPI is. ACPI 6.5, section 4.8.3.
 *
 * @param pm1EventPort PM1a event block, 4 ports
 * @param pm1ControlPort PM1a control block, 2 ports
 * @param timerPort power management timer, 4 ports, 32 bits wide
 * @param sciGsi its interrupt, level-triggered, active high; an ISA interrupt, so that kernels that
 *     use the PIC have it, too: 1 to 15, not 2
 */
public record PowerManagement(int pm1EventPort, int pm1ControlPort, int timerPort, int sciGsi) {

  /** The block at port 0x600 with GSI 9. */
  public static final PowerManagement STANDARD = atPort(0x600, 9);

  /** Checks that the blocks are in the I/O space and the interrupt exists. */
  public PowerManagement {
    new PortRange(pm1EventPort, 4);
    new PortRange(pm1ControlPort, 2);
    new PortRange(timerPort, 4);
    if (sciGsi < 1 || sciGsi >= Hardware.ISA_IRQS || sciGsi == Hardware.CASCADE_IRQ) {
      throw new IllegalArgumentException("GSI %d for the SCI".formatted(sciGsi));
    }
  }

  /** Event block, control block and timer from one port on, four ports each. */
  public static PowerManagement atPort(int base, int sciGsi) {
    return new PowerManagement(base, base + 4, base + 8, sciGsi);
  }
}
