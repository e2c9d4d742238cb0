package org.kvm4j.testkit;

import java.time.Duration;
import java.util.function.Consumer;
import org.kvm4j.GuestMemory;
import org.kvm4j.Hypervisor;
import org.kvm4j.Registers;
import org.kvm4j.testkit.guest.Register;

/**
 * A virtual machine with one vCPU on KVM, for a few lines of guest code against a device; made by
 * {@link GuestTest}.
 *
 * <p>Everything but the processor, its memory and the interrupt controllers is the {@link
 * MockMachine}'s: the buses, the clock that stands until the test moves it, streams, the edge log
 * of each line. So a test steps both: {@link #run} returns when the guest halts; then the test lets
 * time pass, or sends input, and {@link #resume}s the guest, which takes the interrupt.
 *
 * <pre>{@code
 * guest.run(code -> code
 *     .onInterrupt(0, handler -> handler.inc32(TICKS))
 *     .out8(0x43, 0x34).out8(0x40, 0xa9).out8(0x40, 0x04)); // every millisecond
 * guest.machine().clock().advance(1_000_000);
 * guest.resume();
 * assertEquals(1, guest.memory().readInt(TICKS));
 * }</pre>
 *
 * <p>The guest is in 64-bit mode at privilege level 0, with the first 4 GiB at their own addresses.
 * The first MiB of RAM is the test's; what the kit needs lies above it. Ports 0xf4 and 0xf5 are the
 * kit's, and those of the PICs, the IOAPIC and the local APIC are in the kernel.
 *
 * <p>A guest that does not halt within some seconds, raises an exception or ends otherwise is an
 * {@link AssertionError} with its registers and the code at RIP. What a device throws comes out of
 * {@code run} or {@code resume} as it does out of the mock machine's buses.
 *
 * <p>Threading: one thread at a time. The vCPU has a thread of its own, on which the device's
 * handlers run, while the test waits.
 */
public final class Guest {

  private final GuestVm vm;

  private Guest(GuestVm vm) {
    this.vm = vm;
  }

  /** Closes the hypervisor, in any case. */
  static Guest open(Hypervisor hypervisor, Duration patience) {
    return new Guest(GuestVm.create(hypervisor, patience));
  }

  /** What is around the processor, with the device under test. */
  public MockMachine machine() {
    return vm.machine();
  }

  /** The guest's RAM, which is the device's, too. */
  public GuestMemory memory() {
    return vm.machine().memory();
  }

  /**
   * Starts the vCPU anew with this code, and returns when the guest halts; devices and RAM stay as
   * they are.
   *
   * @param code writes the instructions
   * @throws AssertionError if the guest does not come to a halt
   */
  public void run(Consumer<GuestCode> code) {
    GuestCode written = new GuestCode();
    code.accept(written);
    written.finish();
    vm.load(written);
    vm.runUntilHalt();
  }

  /**
   * Lets a halted guest take an interrupt, and returns when it halts again.
   *
   * @throws AssertionError if no interrupt wakes the guest, or it does not come to a halt
   * @throws IllegalStateException if the guest is not halted
   */
  public void resume() {
    vm.resumeUntilHalt();
  }

  /**
   * All 64 bits of a register, as the guest left it when it halted.
   *
   * @throws IllegalStateException if the guest is not halted
   */
  public long register(Register register) {
    Registers r = vm.registers();
    return switch (register) {
      case RAX -> r.rax();
      case RCX -> r.rcx();
      case RDX -> r.rdx();
      case RBX -> r.rbx();
      case RSP -> r.rsp();
      case RBP -> r.rbp();
      case RSI -> r.rsi();
      case RDI -> r.rdi();
      case R8 -> r.r8();
      case R9 -> r.r9();
      case R10 -> r.r10();
      case R11 -> r.r11();
      case R12 -> r.r12();
      case R13 -> r.r13();
      case R14 -> r.r14();
      case R15 -> r.r15();
    };
  }

  void close() {
    vm.close();
  }
}
