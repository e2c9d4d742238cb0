package org.kvm4j.examples;

import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.io.EventFd;
import org.kvm4j.io.IoEventFdSpec;
import org.kvm4j.irq.GsiRoute;
import org.kvm4j.irq.Irqchip;

/** A guest rings, a thread answers by an interrupt, and no ring leaves the kernel as an exit. */
public final class EventFdEcho {

  private static final int RINGS = 5;
  private static final int DOORBELL = 0x100;
  private static final int DONE = 0x80;
  private static final int LINE = 4;

  /** IRQ 4 after reset of the PIC, whose first vector the guest sets to 8. */
  private static final int VECTOR = 8 + LINE;

  private static final int CODE = 0x1000;
  private static final int HANDLER = CODE + 0x25;

  private static final String GUEST =
      """
      b011 e620 b008 e621 ;          mov $0x11,%al; out %al,$0x20; mov $8,%al; out %al,$0x21
      b004 e621 b001 e621 ;          mov $4,%al; out %al,$0x21; mov $1,%al; out %al,$0x21
      b0ef e621           ;          mov $0xef,%al; out %al,$0x21  all but IRQ 4 masked
      ba0001              ;          mov $0x100,%dx
      ee fb f4 fa         ; ring:    out %al,(%dx); sti; hlt; cli
      80f905 75f7         ;          cmp $5,%cl; jne ring
      e680 f4 0000        ;          out %al,$0x80; hlt
      41 b020 e620 cf     ; handler: inc %cx; mov $0x20,%al; out %al,$0x20; iret
      """;

  private EventFdEcho() {}

  /** Prints how many answers the guest has counted. */
  public static void main(String[] args) {
    try (Hypervisor hypervisor = Kvm.open();
        EventFd doorbell = hypervisor.createEventFd();
        EventFd answer = hypervisor.createEventFd();
        Vm vm = hypervisor.createVm()) {
      vm.createIrqchip();
      vm.interrupts().setRoutes(List.of(new GsiRoute.IrqchipPin(LINE, Irqchip.PIC_MASTER, LINE)));
      vm.interrupts().connect(answer, LINE);
      vm.ioEventFds().connect(doorbell, IoEventFdSpec.port(DOORBELL, 1));
      vm.addMemory(0, 0x10000);
      vm.memory().write(CODE, HexFormat.of().parseHex(GUEST.replaceAll(";.*|\\s", "")));
      vm.memory().writeInt(VECTOR * 4L, HANDLER);
      PioSpace ports = new PioSpace();
      Vcpu vcpu = vm.createVcpu(0, new Buses(ports, new MmioSpace()));
      ports.register(DONE, 1, new StopPort(vcpu));
      var special = vcpu.specialRegisters();
      vcpu.setSpecialRegisters(special.toBuilder().cs(special.cs().realMode(0)).build());
      vcpu.setRegisters(vcpu.registers().toBuilder().rip(CODE).rsp(0x8000).rcx(0).build());

      CompletableFuture<Void> echo = CompletableFuture.runAsync(() -> echo(doorbell, answer));
      vcpu.run();
      echo.join();
      System.out.println("The guest has counted " + vcpu.registers().rcx() + " answers");
    }
  }

  private static void echo(EventFd doorbell, EventFd answer) {
    for (long rings = 0; rings < RINGS; ) {
      rings += doorbell.await();
      answer.signal();
    }
  }
}
