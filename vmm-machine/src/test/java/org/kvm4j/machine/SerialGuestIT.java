package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.testkit.guest.Register.RAX;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.testkit.RequiresKvm;

/** Guests that talk through the 16550. */
@RequiresKvm
@Timeout(60)
final class SerialGuestIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int IRQ = 4;
  private static final int IER = GuestCode.COM1 + 1;
  private static final int IER_RDI = 0x01;
  private static final int MCR = GuestCode.COM1 + 4;
  private static final int MCR_DTR_RTS_OUT2 = 0x0b;

  @Test
  void text_arrivesOnTheHost() throws InterruptedException {
    try (TestMachine machine =
        new TestMachine(TestMachine.pc(new GuestCode().print("hello\n").powerOff()))) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      assertEquals("hello\n", machine.serial().received());
    }
  }

  @Test
  void typedCharacter_interruptsAHaltedGuest_whichEchoesIt() throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .loadIdt(IRQ, "received")
            .initPics(IRQ)
            .out8(MCR, MCR_DTR_RTS_OUT2)
            .out8(IER, IER_RDI)
            .print("> ")
            .sti()
            .label("idle")
            .hlt()
            .jmp("idle")
            .handler("received")
            .in8(RAX, GuestCode.COM1)
            .out8(GuestCode.COM1, RAX)
            .cmp(RAX, '\n')
            .jz("done")
            .endOfInterrupt()
            .label("done")
            .powerOff();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      machine.machine().start();
      assertTrue(machine.serial().awaitText("> ", PATIENCE), machine.serial()::received);
      machine.serial().send("a");
      assertTrue(machine.serial().awaitText("> a", PATIENCE), machine.serial()::received);
      machine.serial().send("bc\n");

      assertEquals(MachineEnd.Kind.POWER_OFF, machine.machine().await().kind());
      assertEquals("> abc\n", machine.serial().received());
    }
  }
}
