package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RCX;
import static org.kvm4j.testkit.guest.Register.RDX;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.CpuTopology;
import org.kvm4j.GuestMemory;
import org.kvm4j.testkit.RequiresKvm;

/** A vCPU whose APIC id does not fit into 8 bits, among others that are never started. */
@RequiresKvm
@Timeout(300) // 125 vCPUs take a slow machine a while
final class X2ApicGuestIT {

  /** With ids that have holes, as few as there can be: 125. */
  private static final CpuTopology TOPOLOGY = new CpuTopology(5, 5, 5);

  private static final int LAST_ID = 4 << 6 | 4 << 3 | 4;

  private static final int ID = 0x600;
  private static final int CPUID_B_EDX = 0x604;
  private static final int CPUID_1_EBX = 0x608;
  private static final int STARTED = 0x60c;
  private static final int INTERRUPTED = 0x610;

  /** Where the last vCPU begins, in real mode: what the start-up IPI's vector 1 means. */
  private static final int TRAMPOLINE = 0x1000;

  private static final byte[] TELL_ID =
      HexFormat.of()
          .parseHex(
              "66b91b000000" //    mov ecx, IA32_APIC_BASE
                  + "0f32" //      rdmsr
                  + "660d000c0000" // or eax, EN | EXTD
                  + "0f30" //      wrmsr
                  + "66b90f080000" // mov ecx, IA32_X2APIC_SIVR
                  + "66b8ff010000" // mov eax, 0x1ff
                  + "6631d2" //    xor edx, edx
                  + "0f30" //      wrmsr
                  + "66b902080000" // mov ecx, IA32_X2APIC_APICID
                  + "0f32" //      rdmsr
                  + "66a30006" //  mov [ID], eax
                  + "66b80b000000" // mov eax, 0xb
                  + "6631c9" //    xor ecx, ecx
                  + "0fa2" //      cpuid
                  + "6689160406" // mov [CPUID_B_EDX], edx
                  + "66b801000000" // mov eax, 1
                  + "0fa2" //      cpuid
                  + "66891e0806" // mov [CPUID_1_EBX], ebx
                  + "c6060c0601" // mov byte [STARTED], 1
                  + "fb" //        sti
                  + "f4" //        hlt
                  + "ebfd"); //    jmp to the hlt

  private static final int HANDLER = 0x1100;

  private static final byte[] TELL_INTERRUPT =
      HexFormat.of()
          .parseHex(
              "66b90b080000" //    mov ecx, IA32_X2APIC_EOI
                  + "6631c0" //    xor eax, eax
                  + "6631d2" //    xor edx, edx
                  + "0f30" //      wrmsr
                  + "c606100601" // mov byte [INTERRUPTED], 1
                  + "cf"); //      iret

  private static final int UART_IRQ = 4;
  private static final int VECTOR = 0x34;

  private static final int IA32_APIC_BASE = 0x1b;
  private static final int APIC_BASE_ON_IN_X2APIC_MODE = 3 << 10;
  private static final int IA32_X2APIC_SIVR = 0x80f;
  private static final int IA32_X2APIC_ICR = 0x830;
  private static final int INIT = 0x4500;
  private static final int STARTUP = 0x4600;

  private static final int IOREGSEL = 0xfec0_0000;
  private static final int IOWIN = IOREGSEL + 0x10;
  private static final int REDIRECTION = 0x10 + 2 * UART_IRQ;

  private static GuestCode startLast() {
    return new GuestCode()
        .mov(RCX, IA32_APIC_BASE)
        .bytes(0x0f, 0x32) // rdmsr
        .or(RAX, APIC_BASE_ON_IN_X2APIC_MODE)
        .bytes(0x0f, 0x30) // wrmsr
        .mov(RCX, IA32_X2APIC_SIVR)
        .mov(RAX, 0x1ff)
        .mov(RDX, 0)
        .bytes(0x0f, 0x30) // wrmsr
        .mov(RCX, IA32_X2APIC_ICR)
        .mov(RDX, LAST_ID)
        .mov(RAX, INIT)
        .bytes(0x0f, 0x30) // wrmsr
        .mov(RAX, STARTUP | TRAMPOLINE >> 12)
        .bytes(0x0f, 0x30) // wrmsr
        .label("starting")
        .cmp32(STARTED, 1)
        .jnz("starting");
  }

  /** Without resets, for which the state of each vCPU would be taken. */
  private static MachineConfig pc(GuestCode code) {
    return TestMachine.pc(code)
        .withProcessors(Processors.of(TOPOLOGY))
        .withRun(RunOptions.STANDARD.withOnReset(ResetPolicy.STOP));
  }

  private static void putLastVcpusCode(GuestMemory memory) {
    memory.write(TRAMPOLINE, TELL_ID);
    memory.write(HANDLER, TELL_INTERRUPT);
    memory.writeInt(VECTOR * 4L, HANDLER); // segment 0
  }

  @Test
  void lastVcpu_isStartedByItsId_andReadsItEverywhere() throws InterruptedException {
    try (TestMachine machine = new TestMachine(pc(startLast().powerOff()))) {
      GuestMemory memory = machine.machine().memory();
      putLastVcpusCode(memory);

      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
      assertEquals(LAST_ID, memory.readInt(ID));
      assertEquals(LAST_ID, memory.readInt(CPUID_B_EDX));
      assertEquals(LAST_ID & 0xff, memory.readInt(CPUID_1_EBX) >>> 24);
    }
  }

  /** As Linux does it with KVM_FEATURE_MSI_EXT_DEST_ID: bits 8 to 14 are below the others. */
  @Test
  void interruptOfOurIoapic_reachesItByItsId() throws InterruptedException {
    GuestCode code =
        startLast()
            .store32(IOREGSEL, REDIRECTION + 1)
            .store32(IOWIN, LAST_ID << 24 | LAST_ID >> 8 << 17)
            .store32(IOREGSEL, REDIRECTION)
            .store32(IOWIN, VECTOR)
            .out8(GuestCode.COM1 + 4, 0x08) // OUT2: the UART's interrupt leaves the chip
            .out8(GuestCode.COM1 + 1, 0x02) // the transmitter is empty
            .label("waiting")
            .cmp32(INTERRUPTED, 1)
            .jnz("waiting")
            .powerOff();

    try (TestMachine machine = new TestMachine(pc(code).withSplitIrqchip())) {
      putLastVcpusCode(machine.machine().memory());

      assertEquals(MachineEnd.Kind.POWER_OFF, machine.run().kind());
    }
  }
}
