package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.testkit.RequiresKvm;

/** Two vCPUs in one machine. */
@RequiresKvm
@Timeout(60)
final class SmpGuestIT {

  private static final int CHARACTERS = 200;
  private static final int STARTED = 0x600;
  private static final int SENT = 0x608;

  /** Where the second vCPU begins, in real mode: what the start-up IPI's vector 1 means. */
  private static final int TRAMPOLINE = 0x1000;

  private static final byte[] PRINT_AS =
      HexFormat.of()
          .parseHex(
              "c606000601" //   mov byte [STARTED], 1
                  + "b9c800" // mov cx, CHARACTERS
                  + "baf803" // mov dx, COM1
                  + "b041" //   mov al, 'A'
                  + "ee" // next: out dx, al
                  + "e2fd" //   loop next
                  + "c606080601" // mov byte [SENT], 1
                  + "fa" //     cli
                  + "f4" //     hlt
                  + "ebfd"); // jmp to the hlt

  private static final int SPURIOUS_INTERRUPT_VECTOR = 0xf0;
  private static final int INTERRUPT_COMMAND_LOW = 0x300;
  private static final int INTERRUPT_COMMAND_HIGH = 0x310;
  private static final int INIT = 0x4500;
  private static final int STARTUP = 0x4600;

  @Test
  void secondVcpu_starts_andSharesADeviceWithTheFirst() throws InterruptedException {
    GuestCode code =
        new GuestCode()
            .writeLocalApic(SPURIOUS_INTERRUPT_VECTOR, 0x1ff)
            .writeLocalApic(INTERRUPT_COMMAND_HIGH, 1 << 24)
            .writeLocalApic(INTERRUPT_COMMAND_LOW, INIT)
            .writeLocalApic(INTERRUPT_COMMAND_LOW, STARTUP | TRAMPOLINE >> 12)
            .label("starting")
            .cmp32(STARTED, 1)
            .jnz("starting")
            .print("B".repeat(CHARACTERS))
            .label("sending")
            .cmp32(SENT, 1)
            .jnz("sending")
            .powerOff();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code, 2))) {
      machine.machine().memory().write(TRAMPOLINE, PRINT_AS);

      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      String received = machine.serial().received();
      assertEquals("A".repeat(CHARACTERS), received.replace("B", ""));
      assertEquals("B".repeat(CHARACTERS), received.replace("A", ""));
    }
  }

  @Test
  void machine_ends_whileASecondVcpuWaitsToBeStarted() throws InterruptedException {
    try (TestMachine machine = new TestMachine(TestMachine.pc(new GuestCode().powerOff(), 2))) {
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
    }
  }
}
