package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.PastExit;
import org.kvm4j.core.disassembly.Disassembler;
import org.kvm4j.machine.explain.Explanation;
import org.kvm4j.machine.explain.Symbols;
import org.kvm4j.testkit.RequiresKvm;

/** Guests that die or stay silent, on a real KVM, and what is told of them. */
@RequiresKvm
@Timeout(60)
final class MachineExplainIT {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Until the guest is where it is to be: it needs a moment after its output. */
  private static Explanation explanationWith(TestMachine machine, String cause)
      throws InterruptedException {
    while (true) {
      Explanation explanation = machine.machine().explain();
      if (explanation.likelyCauses().stream().anyMatch(found -> found.startsWith(cause))) {
        return explanation;
      }
    }
  }

  private static boolean hasDisassembler() {
    return Disassembler.ofHost().lack().isEmpty();
  }

  private static void startAndAwait(TestMachine machine, String text) throws InterruptedException {
    machine.machine().start();
    assertTrue(machine.serial().awaitText(text, PATIENCE));
  }

  @Test
  void tripleFault_isToldWithWhatTheGuestDidLast() throws InterruptedException {
    GuestCode code = new GuestCode().out8(0x80, 0x55).out8(0x2f8, 0x42).ud2();

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      machine.run();
      Explanation explanation = machine.machine().explain();
      String text = explanation.text(Symbols.NONE);

      assertTrue(text.startsWith("vCPU 0 stopped with a triple fault"), text);
      assertEquals(
          List.of(
              new PastExit(PastExit.IO, true, 1, 0x80, 0x55, 1),
              new PastExit(PastExit.IO, true, 1, 0x2f8, 0x42, 1)),
          explanation.vcpus().get(0).lastExits().stream().filter(PastExit::isAccess).toList());
      assertEquals(List.of(0x55), explanation.postCodes());
      assertTrue(text.contains("0x2f8  1 byte  COM2"), text);
      assertTrue(text.contains("What this may mean:"), text);
    }
  }

  @Test
  void haltWithInterruptsOff_isTold_andIsTheEnd() throws InterruptedException {
    GuestCode code = new GuestCode().cli().print("up").label("loop").hlt().jmp("loop");

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      startAndAwait(machine, "up");

      Explanation explanation =
          explanationWith(machine, "All vCPUs are halted with interrupts off");

      assertEquals(2, explanation.outputBytes());
      assertEquals(MachineEnd.Kind.HALTED, machine.machine().await().kind());
      explanationWith(machine, "All vCPUs are halted with interrupts off");
    }
  }

  @Test
  void endlessLoop_isTold() throws InterruptedException {
    GuestCode code = new GuestCode().print("up").label("loop").jmp("loop");

    try (TestMachine machine = new TestMachine(TestMachine.pc(code))) {
      startAndAwait(machine, "up");

      String text = explanationWith(machine, "A vCPU jumps to itself for ever").text(Symbols.NONE);

      assertTrue(text.startsWith("vCPU 0 runs, in 64-bit code, paging on"), text);
      assertTrue(text.contains(hasDisassembler() ? ": jmp 0x" : "    jmp to itself"), text);
    }
  }
}
