package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;

/**
 * A 64-bit guest that halts and counts the interrupts of one vector in memory; each time it has
 * ended one at its local APIC, it writes to port 0x80.
 */
final class EventGuest implements AutoCloseable {

  /** The vector whose handler counts. */
  static final int VECTOR = 0x31;

  private static final int POST_PORT = 0x80;
  private static final int IDT = 0xa000;
  private static final int GDT = 0xb000;
  private static final int DESCRIPTORS = 0xb100;
  private static final int HANDLER = 0x9000;
  private static final int CODE_SEGMENT = 0x8;
  private static final int INTERRUPT_GATE = 0x8e00;

  final Guest guest;
  final Vm vm;
  final GuestCpu cpu;
  final RecordingPort post = new RecordingPort();
  private Future<VcpuExit> running;

  /** With PIC, IOAPIC and local APIC in the kernel. */
  EventGuest() {
    this(Guest.withIrqchip());
  }

  /** On a VM with some irqchip and no vCPU yet. */
  EventGuest(Guest guest) {
    this.guest = guest;
    vm = guest.vm;
    guest.pio.register(POST_PORT, 1, post);
    vm.memory().writeLong(GDT + CODE_SEGMENT, 0x00af_9b00_0000_ffffL); // flat 64-bit code
    vm.memory().writeLong(GDT + 0x10, 0x00cf_9300_0000_ffffL); // flat data
    vm.memory().writeShort(DESCRIPTORS, 0x17);
    vm.memory().writeLong(DESCRIPTORS + 2, GDT);
    vm.memory().writeShort(DESCRIPTORS + 0x10, VECTOR * 16 + 15);
    vm.memory().writeLong(DESCRIPTORS + 0x12, IDT);
    long gate = IDT + VECTOR * 16;
    vm.memory().writeShort(gate, HANDLER);
    vm.memory().writeShort(gate + 2, CODE_SEGMENT);
    vm.memory().writeInt(gate + 4, INTERRUPT_GATE);
    guest.load(
        HANDLER,
        """
        ff 04 25 00 05 00 00          ; incl 0x500
        c7 83 b0 00 00 00 00 00 00 00 ; movl $0,0xb0(%rbx)      end of interrupt
        e6 80                         ; out %al,$0x80
        48 cf                         ; iretq
        """);
    cpu =
        guest.boot(
            Mode.LONG,
            """
            0f 01 14 25 00 b1 00 00       ;       lgdt 0xb100
            0f 01 1c 25 10 b1 00 00       ;       lidt 0xb110
            bb 00 00 e0 fe                ;       mov $0xfee00000,%ebx
            c7 83 f0 00 00 00 ff 01 00 00 ;       movl $0x1ff,0xf0(%rbx)  SVR: enabled
            e6 80                         ;       out %al,$0x80           ready
            fb                            ;       sti
            f4                            ; wait: hlt
            eb fd                         ;       jmp wait
            """);
  }

  /** Runs until the guest has its local APIC on. */
  EventGuest start() {
    running = cpu.start();
    awaitPost("the guest is not ready");
    return this;
  }

  /** Waits until the handler has run once more. */
  void awaitInterrupt() {
    awaitPost("an interrupt is lost");
  }

  /** Stops the guest and checks how often its handler ran. */
  void assertInterrupts(int count) {
    cpu.vcpu.kick();
    assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.await(running));
    assertEquals(count, vm.memory().readInt(Guest.DATA));
  }

  /** What ends the present run. */
  VcpuExit awaitExit() {
    return cpu.await(running);
  }

  /** Goes on after an exit. */
  void resume() {
    running = cpu.start();
  }

  @Override
  public void close() {
    guest.close();
  }

  private void awaitPost(String otherwise) {
    try {
      assertTrue(post.written.tryAcquire(60, TimeUnit.SECONDS), otherwise);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
