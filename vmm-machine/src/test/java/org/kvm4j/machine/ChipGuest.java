package org.kvm4j.machine;

import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RDX;
import static org.kvm4j.testkit.guest.Register.RSP;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.IntStream;
import org.kvm4j.Buses;
import org.kvm4j.DescriptorTable;
import org.kvm4j.Hypervisor;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.Kvm;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.FlatLoader;
import org.kvm4j.testkit.FakeMmioBus;
import org.kvm4j.testkit.FakePioBus;
import org.kvm4j.testkit.guest.Assembler;

/**
 * A guest on KVM's own interrupt controllers that does one access after the other, as it is told.
 */
final class ChipGuest implements AutoCloseable {

  /** Of {@link #takeInterrupt}: there was none. */
  static final int NONE = -1;

  private static final int RAM_BYTES = 2 << 20;
  private static final int IDT = 0x3000;
  private static final int VECTORS = 256;
  private static final int GATE_BYTES = 16;
  private static final int BOOT_CS = 0x10;
  private static final int INTERRUPT_GATE = 0x8e00;
  private static final int FRAME_BYTES = 40;
  private static final int DONE_PORT = 0x80;
  private static final int WINDOW_PORT = 0x84;

  private static final int WHAT = 0x1000;
  private static final int WHERE = 0x1004;
  private static final int VALUE = 0x1008;

  private static final int OUT8 = 0;
  private static final int IN8 = 1;
  private static final int TAKE_INTERRUPT = 2;

  private final Vm vm;
  private final Vcpu vcpu;
  private int result;

  ChipGuest() {
    FakePioBus ports = new FakePioBus();
    try (Hypervisor hypervisor = Kvm.open()) {
      vm = hypervisor.createVm();
      vm.setTssAddress(0xfeff_d000L);
      vm.setIdentityMapAddress(0xfeff_c000L);
      vm.createIrqchip();
      vm.addMemory(0, RAM_BYTES);
      vcpu = vm.createVcpu(0, new Buses(ports, new FakeMmioBus()));
      vcpu.setCpuid(hypervisor.supportedCpuid().forVcpu(0, 1));
    }
    ports.register(DONE_PORT, 4, new Done());
    Code code = new Code();
    BootState boot =
        FlatLoader.load(vm.memory(), code.assemble(Boot.Flat.ADDRESS), Boot.Flat.ADDRESS);
    writeIdt(code);
    vcpu.setSpecialRegisters(
        boot.specialRegisters(vcpu.specialRegisters()).toBuilder()
            .idt(new DescriptorTable(IDT, VECTORS * GATE_BYTES - 1))
            .build());
    vcpu.setRegisters(boot.registers());
  }

  private void writeIdt(Code code) {
    ByteBuffer table = ByteBuffer.allocate(VECTORS * GATE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int vector = 0; vector < VECTORS; vector++) {
      int handler = (int) Boot.Flat.ADDRESS + code.position(Code.handler(vector));
      table.putShort((short) handler).putShort((short) BOOT_CS).putShort((short) INTERRUPT_GATE);
      table.putShort((short) (handler >> 16)).putLong(0);
    }
    vm.memory().write(IDT, table.array());
  }

  Vm vm() {
    return vm;
  }

  void out(int port, int value) {
    tell(OUT8, port, value);
  }

  int in(int port) {
    return tell(IN8, port, 0);
  }

  /**
   * Lets an interrupt come, if one waits.
   *
   * @return its vector, or {@link #NONE}
   */
  int takeInterrupt() {
    return tell(TAKE_INTERRUPT, 0, 0);
  }

  private int tell(int what, int where, int value) {
    vm.memory().writeInt(WHAT, what);
    vm.memory().writeInt(WHERE, where);
    vm.memory().writeInt(VALUE, value);
    VcpuExit exit = vcpu.run();
    if (exit != VcpuExit.Interrupted.INSTANCE) {
      throw new AssertionError("the guest ended with " + exit);
    }
    return result;
  }

  @Override
  public void close() {
    vm.close();
  }

  /** Has the vCPU return when the access is complete. */
  private final class Done implements PioHandler {
    @Override
    public int read(int offset, int size) {
      throw new AssertionError("the guest never reads here");
    }

    @Override
    public void write(int offset, int size, int value) {
      result = value;
      vcpu.kick();
    }
  }

  private static final class Code extends Assembler<Code> {

    Code() {
      label("next").load32(RDX, WHERE).load32(RAX, VALUE);
      cmp32(WHAT, OUT8).jz("out8");
      cmp32(WHAT, IN8).jz("in8");
      // An exit, where an interrupt comes at the latest; then a nop, where one may come that is
      // late.
      sti().bytes(0x90).out8(WINDOW_PORT, RAX).bytes(0x90).cli().mov(RAX, NONE).jmp("done");
      label("out8").bytes(0xee).jmp("done"); // out dx, al
      label("in8").mov(RAX, 0).bytes(0xec).jmp("done"); // in al, dx
      IntStream.range(0, VECTORS)
          .forEach(vector -> label(handler(vector)).mov(RAX, vector).jmp("taken"));
      label("taken").add(RSP, FRAME_BYTES);
      label("done").out32(DONE_PORT, RAX).jmp("next");
    }

    static String handler(int vector) {
      return "vector" + vector;
    }

    @Override
    protected Code self() {
      return this;
    }
  }
}
