package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.kvm4j.MpState;
import org.kvm4j.VcpuExit;
import org.kvm4j.testkit.RequiresKvm;

/** The in-kernel interrupt controllers, vCPUs that halt, and vCPUs that start each other. */
@RequiresKvm
final class InterruptIT {

  private static final int POST_PORT = 0x80;
  private static final int VECTOR_OF_IRQ4 = 8 + 4;

  private final RecordingPort post = new RecordingPort();

  @Test
  void interrupts_wakeAHaltedVcpu_andAreCountedByItsHandler() throws Exception {
    try (Guest guest = Guest.withIrqchip()) {
      guest.pio.register(POST_PORT, 1, post);
      guest.vm.memory().writeInt(VECTOR_OF_IRQ4 * 4L, Guest.CODE + 0x1a);
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              b0 11       ;          mov $0x11,%al    ICW1: edge, cascade, ICW4 follows
              e6 20       ;          out %al,$0x20
              b0 08       ;          mov $0x08,%al    ICW2: IRQ 0 is vector 8
              e6 21       ;          out %al,$0x21
              b0 04       ;          mov $0x04,%al    ICW3: slave at IRQ 2
              e6 21       ;          out %al,$0x21
              b0 01       ;          mov $0x01,%al    ICW4: 8086
              e6 21       ;          out %al,$0x21
              b0 ef       ;          mov $0xef,%al    all but IRQ 4 masked
              e6 21       ;          out %al,$0x21
              e6 80       ;          out %al,$0x80    ready: ICW1 would forget earlier edges
              fb          ;          sti
              f4          ; wait:    hlt
              eb fd       ;          jmp wait
              ff 06 00 05 ; handler: incw 0x500
              b0 20       ;          mov $0x20,%al    end of interrupt
              e6 20       ;          out %al,$0x20
              e6 80       ;          out %al,$0x80
              cf          ;          iret
              """);
      guest.vm.setIrqLine(4, false);
      Future<VcpuExit> running = cpu.start();
      assertTrue(post.written.tryAcquire(60, TimeUnit.SECONDS), "the guest is not ready");

      for (int i = 0; i < 20; i++) {
        guest.vm.setIrqLine(4, true);
        assertTrue(post.written.tryAcquire(60, TimeUnit.SECONDS), "interrupt " + i + " is lost");
        guest.vm.setIrqLine(4, false);
      }
      cpu.vcpu.kick();

      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.await(running));
      assertEquals(20, guest.vm.memory().readShort(Guest.DATA));
    }
  }

  @Test
  void hltWithoutIrqchip_isAnExit_andTheGuestGoesOnAfterIt() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              f4    ; again: hlt
              40    ;        inc %ax
              eb fc ;        jmp again
              """);

      for (int i = 0; i < 3; i++) {
        assertEquals(new VcpuExit.Halt(), cpu.run());
        assertEquals(i, cpu.registers().rax());
      }
    }
  }

  @Test
  void aVcpu_startsAnotherByIpi() throws Exception {
    try (Guest guest = Guest.withIrqchip()) {
      guest.pio.register(POST_PORT, 1, post);
      guest.load(
          0x9000,
          """
          fa          ; cli
          31 c0       ; xor %ax,%ax
          8e d8       ; mov %ax,%ds
          ff 06 00 06 ; incw 0x600
          b0 55       ; mov $0x55,%al
          e6 80       ; out %al,$0x80
          f4          ; hlt
          """);
      GuestCpu bsp =
          guest.boot(
              Mode.PROTECTED,
              """
              c7 05 f0 00 e0 fe ff 01 00 00 ; movl $0x1ff,0xfee000f0       SVR: enabled
              c7 05 10 03 e0 fe 00 00 00 01 ; movl $0x01000000,0xfee00310  ICR: to APIC 1
              c7 05 00 03 e0 fe 00 45 00 00 ; movl $0x4500,0xfee00300      INIT
              c7 05 10 03 e0 fe 00 00 00 01 ; movl $0x01000000,0xfee00310
              c7 05 00 03 e0 fe 09 46 00 00 ; movl $0x4609,0xfee00300      start-up at 0x9000
              fa                            ; cli
              f4                            ; hlt
              """);
      GuestCpu ap = guest.addCpu();
      assertEquals(MpState.UNINITIALIZED, ap.on(ap.vcpu::mpState));
      Future<VcpuExit> apRuns = ap.start();

      Future<VcpuExit> bspRuns = bsp.start();
      assertTrue(post.written.tryAcquire(60, TimeUnit.SECONDS), "the second vCPU never ran");
      bsp.vcpu.kick();
      ap.vcpu.kick();

      assertEquals(VcpuExit.Interrupted.INSTANCE, bsp.await(bspRuns));
      assertEquals(VcpuExit.Interrupted.INSTANCE, ap.await(apRuns));
      assertEquals(List.of("1 bytes 0x55"), post.writes);
      assertEquals(1, guest.vm.memory().readShort(0x600));
    }
  }
}
