package org.kvm4j.machine.pit;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.kvm4j.Buses;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.Vm;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.machine.pit.PitAccess.Observed;

/**
 * A guest that makes accesses to KVM's own 8254 one after the other. It asks for each at a port of
 * ours and hands the result over at another, and between these two it happened: that is how its
 * time is known.
 *
 * <p>Threading: one thread, from {@link #perform} on.
 */
final class KernelPitGuest implements AutoCloseable {

  private static final int MAILBOX = 0x500;

  /** Real mode, at address 0. The next access comes as port, 0 or 1 for a write, and value. */
  private static final int[] CODE = {
    0xba,
    0x00,
    0x05, // mov dx,0x500
    0x66,
    0xed, // in eax,dx
    0x66,
    0x89,
    0xc3, // mov ebx,eax
    0x66,
    0xc1,
    0xeb,
    0x10, // shr ebx,16
    0x89,
    0xda, // mov dx,bx
    0x84,
    0xe4, // test ah,ah
    0x75,
    0x03, // jnz to the out
    0xec, // in al,dx
    0xeb,
    0x01, // jmp over the out
    0xee, // out dx,al
    0xba,
    0x04,
    0x05, // mov dx,0x504
    0xee, // out dx,al
    0xeb,
    0xe4 // jmp to the start
  };

  private static final int RESULT = 4;
  private static final int RAM_BYTES = 0x1000;

  private final Hypervisor hypervisor = Kvm.open();
  private final Vm vm = hypervisor.createVm();
  private final Vcpu vcpu;
  private final List<Observed> observed = new ArrayList<>();
  private Iterator<PitAccess> next = List.<PitAccess>of().iterator();
  private PitAccess access = PitAccess.in(PitAccess.PORT_B);
  private long earliestNanos;

  KernelPitGuest() {
    vm.createIrqchip();
    vm.createPit2(true);
    vm.addMemory(0, RAM_BYTES);
    for (int i = 0; i < CODE.length; i++) {
      vm.memory().writeByte(i, (byte) CODE[i]);
    }
    PioSpace pio = new PioSpace();
    pio.register(MAILBOX, RESULT + 1, new Mailbox());
    vcpu = vm.createVcpu(0, new Buses(pio, new MmioSpace()));
    var special = vcpu.specialRegisters();
    vcpu.setSpecialRegisters(special.toBuilder().cs(special.cs().realMode(0)).build());
    vcpu.setRegisters(vcpu.registers().toBuilder().rip(0).rflags(2).build());
  }

  /** Makes the accesses and says what came of them, by {@link System#nanoTime}. */
  List<Observed> perform(List<PitAccess> accesses) {
    observed.clear();
    next = accesses.iterator();
    while (observed.size() < accesses.size()) {
      vcpu.run();
    }
    return List.copyOf(observed);
  }

  /** Makes the accesses and returns what the reads among them gave. */
  List<Integer> read(PitAccess... accesses) {
    return perform(List.of(accesses)).stream()
        .filter(each -> !each.access().write())
        .map(Observed::result)
        .toList();
  }

  @Override
  public void close() {
    vm.close();
    hypervisor.close();
  }

  private final class Mailbox implements PioHandler {

    @Override
    public int read(int offset, int size) {
      access = next.next();
      long end = System.nanoTime() + access.pauseNanos();
      for (long rest = access.pauseNanos(); rest > 0; rest = end - System.nanoTime()) {
        LockSupport.parkNanos(rest); // the kernel's PIT counts by the host's time: no other way
      }
      earliestNanos = System.nanoTime();
      return access.port() << 16 | (access.write() ? 1 << 8 : 0) | access.value();
    }

    @Override
    public void write(int offset, int size, int value) {
      long latestNanos = System.nanoTime();
      observed.add(new Observed(access, earliestNanos, latestNanos, value & 0xff));
      if (!next.hasNext()) {
        vcpu.kick(); // the guest asks for no more until it is run again
      }
    }
  }
}
