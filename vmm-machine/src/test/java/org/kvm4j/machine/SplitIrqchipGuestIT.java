package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RDX;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.testkit.RequiresKvm;

/** A guest on our I/O APIC and KVM's local APIC; for our PICs, see {@link TimerGuestIT}. */
@RequiresKvm
@Timeout(60)
final class SplitIrqchipGuestIT {

  private static final int COUNT = GuestCode.FREE;
  private static final int UART_IRQ = 4;
  private static final int VECTOR = 0x20 + UART_IRQ;

  private static final int IER = GuestCode.COM1 + 1;
  private static final int IIR = GuestCode.COM1 + 2;
  private static final int MCR = GuestCode.COM1 + 4;

  private static final int IOREGSEL = 0xfec0_0000;
  private static final int IOWIN = IOREGSEL + 0x10;
  private static final int REDIRECTION = 0x10 + 2 * UART_IRQ;
  private static final int LEVEL = 1 << 15;

  private static final int APIC_EOI = 0xb0;
  private static final int APIC_SPIV = 0xf0;

  /** Without KVM_EXIT_IOAPIC_EOI it would come once; if the line did not fall, without end. */
  @Test
  void levelInterrupt_comesAgainAfterEachEnd_untilTheLineIsLow() throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .loadIdt(UART_IRQ, "level")
            .initPics()
            .writeLocalApic(APIC_SPIV, 0x1ff)
            .store32(IOREGSEL, REDIRECTION)
            .store32(IOWIN, LEVEL | VECTOR)
            .out8(MCR, 0x08) // OUT2: the UART's interrupt leaves the chip
            .sti()
            .out8(IER, 0x02) // the transmitter is empty
            .label("wait")
            .cmp32(COUNT, 3)
            .jb("wait")
            .in8(RAX, IIR) // time for one more, and for its exit
            .in8(RAX, IIR)
            .cli()
            .powerOff()
            .handler("level")
            .inc32(COUNT)
            .cmp32(COUNT, 3)
            .jb("end")
            .in8(RAX, IIR) // the cause is gone
            .label("end")
            .writeLocalApic(APIC_EOI, 0)
            .pop(RDX)
            .pop(RAX)
            .iret();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code).withSplitIrqchip())) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      assertEquals(3, machine.machine().memory().readInt(COUNT));
    }
  }
}
