package org.kvm4j.machine;

import static org.kvm4j.testkit.guest.Register.RAX;
import static org.kvm4j.testkit.guest.Register.RBX;
import static org.kvm4j.testkit.guest.Register.RDX;

import java.nio.charset.StandardCharsets;
import org.kvm4j.testkit.guest.Assembler;

/**
 * Writes a guest for {@link Boot.Flat}: what drivers do with single instructions.
 *
 * <p>RAX, RBX and RDX are for the code written here; a guest keeps what it wants to remember in
 * memory, at addresses from {@link #FREE} on.
 */
final class GuestCode extends Assembler<GuestCode> {

  /** A page of RAM that nothing else uses, below 64 KiB so that real mode reaches it, too. */
  static final int FREE = 0x1000;

  static final int COM1 = 0x3f8;

  private static final int IDTR = 0x2000;
  private static final int IDT = 0x3000;
  private static final int LSR = 5;
  private static final int LSR_THRE = 0x20;
  private static final int PIC_MASTER = 0x20;
  private static final int PIC_SLAVE = 0xa0;
  private static final int PIC_EOI = 0x20;
  private static final int IRQ_BASE = 0x20;
  private static final int IDT_ENTRIES = IRQ_BASE + 16;
  private static final int GATE_BYTES = 16;
  private static final int BOOT_CS = 0x10;
  private static final int INTERRUPT_GATE = 0x8e00;
  private static final int LOCAL_APIC = 0xfee0_0000;

  private int generatedLabels;

  @Override
  protected GuestCode self() {
    return this;
  }

  /** The finished code. */
  Boot.Flat boot() {
    return new Boot.Flat(assemble(Boot.Flat.ADDRESS));
  }

  /** The instruction that raises #UD. */
  GuestCode ud2() {
    return bytes(0x0f, 0x0b);
  }

  /** Sends a text as a polling driver does. */
  GuestCode print(String text) {
    for (byte character : text.getBytes(StandardCharsets.US_ASCII)) {
      String wait = "thre" + generatedLabels++;
      label(wait).in8(RAX, COM1 + LSR).test(RAX, LSR_THRE).jz(wait).out8(COM1, character);
    }
    return this;
  }

  /** Switches the machine off: SLP_EN with the type of S5 to PM1a_CNT. */
  GuestCode powerOff() {
    return out16(0x604, 1 << 13 | 5 << 10).label("off").jmp("off");
  }

  /** Takes interrupts from both PICs at vectors 0x20 to 0x2f; only those of {@code irqs} pass. */
  GuestCode initPics(int... irqs) {
    int mask = 0xffff;
    for (int irq : irqs) {
      mask &= ~(1 << irq);
    }
    out8(PIC_MASTER, 0x11).out8(PIC_SLAVE, 0x11); // ICW1: cascade, ICW4 follows
    out8(PIC_MASTER + 1, IRQ_BASE).out8(PIC_SLAVE + 1, IRQ_BASE + 8); // ICW2: vectors
    out8(PIC_MASTER + 1, 1 << 2).out8(PIC_SLAVE + 1, 2); // ICW3: the slave is at input 2
    out8(PIC_MASTER + 1, 0x01).out8(PIC_SLAVE + 1, 0x01); // ICW4: 8086 mode
    return out8(PIC_MASTER + 1, mask & 0xff).out8(PIC_SLAVE + 1, mask >> 8);
  }

  /** lidt with a table in which an IRQ of the master PIC leads to its handler. */
  GuestCode loadIdt(int irq, String handler) {
    int gate = IDT + (IRQ_BASE + irq) * GATE_BYTES;
    mov(RAX, handler).store16(gate, RAX).shr(RAX, 16).store16(gate + 6, RAX);
    store16(gate + 2, BOOT_CS).store16(gate + 4, INTERRUPT_GATE);
    store16(IDTR, IDT_ENTRIES * GATE_BYTES - 1).store32(IDTR + 2, IDT);
    return mov(RBX, IDTR).bytes(0x0f, 0x01, 0x1b); // lidt [rbx]
  }

  /** Begins an interrupt handler. */
  GuestCode handler(String name) {
    return label(name).push(RAX).push(RDX);
  }

  /** Ends the interrupt and its handler. */
  GuestCode endOfInterrupt() {
    return out8(PIC_MASTER, PIC_EOI).pop(RDX).pop(RAX).iret();
  }

  /** Starts counter 0 of the 8254 as a rate generator. */
  GuestCode startTimer(int count) {
    return out8(0x43, 0x34).out8(0x40, count & 0xff).out8(0x40, count >> 8);
  }

  /** Writes a register of the local APIC. */
  GuestCode writeLocalApic(int register, int value) {
    return store32(LOCAL_APIC + register, value);
  }
}
