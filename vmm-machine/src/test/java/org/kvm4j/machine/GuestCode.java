package org.kvm4j.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a guest for {@link Boot.Flat}: first single instructions, below them what drivers do with
 * them.
 *
 * <p>AMD64 Architecture Programmer's Manual, volume 3; in 64-bit mode. AL, RBX and RDX are for the
 * code written here; a guest keeps what it wants to remember in memory, at addresses from {@link
 * #FREE} on.
 */
final class GuestCode {

  /** A page of RAM that nothing else uses, below 64 KiB so that real mode reaches it, too. */
  static final int FREE = 0x1000;

  static final int COM1 = 0x3f8;

  private static final int LSR = 5;
  private static final int LSR_THRE = 0x20;
  private static final int PIC_MASTER = 0x20;
  private static final int PIC_SLAVE = 0xa0;
  private static final int PIC_EOI = 0x20;
  private static final int IRQ_BASE = 0x20;
  private static final int IDT_ENTRIES = IRQ_BASE + 16;
  private static final int GATE_BYTES = 16;
  private static final long INTERRUPT_GATE = 0x8e00L << 32;
  private static final long BOOT_CS = 0x10L << 16;
  private static final int LOCAL_APIC = 0xfee0_0000;

  /** A place in the code that is filled in when all labels are known. */
  private record Fixup(int position, String label, Kind kind) {}

  private enum Kind {
    RELATIVE,
    ABSOLUTE,
    GATE
  }

  private final ByteBuffer code = ByteBuffer.allocate(16 << 10).order(ByteOrder.LITTLE_ENDIAN);
  private final Map<String, Integer> labels = new HashMap<>();
  private final List<Fixup> fixups = new ArrayList<>();
  private int generatedLabels;

  /** The finished code. */
  Boot.Flat boot() {
    for (Fixup fixup : fixups) {
      int target = labels.get(fixup.label());
      int at = fixup.position();
      switch (fixup.kind()) {
        case RELATIVE -> code.putInt(at, target - (at + Integer.BYTES));
        case ABSOLUTE -> code.putInt(at, address(target));
        case GATE -> code.putLong(at, gate(address(target)));
      }
    }
    return new Boot.Flat(Arrays.copyOf(code.array(), code.position()));
  }

  private static int address(int position) {
    return (int) Boot.Flat.ADDRESS + position;
  }

  private static long gate(int handler) {
    return (handler & 0xffffL) | BOOT_CS | INTERRUPT_GATE | ((handler & 0xffff_0000L) << 32);
  }

  // Instructions

  GuestCode label(String name) {
    labels.put(name, code.position());
    return this;
  }

  /** {@code out port, value}: mov al, value; mov dx, port; out dx, al. */
  GuestCode outb(int port, int value) {
    return bytes(0xb0, value).outb(port);
  }

  /** {@code out port, al}: mov dx, port; out dx, al. */
  GuestCode outb(int port) {
    return dx(port).bytes(0xee);
  }

  /** {@code out port, value}: mov ax, value; mov dx, port; out dx, ax. */
  GuestCode outw(int port, int value) {
    return bytes(0x66, 0xb8).u16(value).dx(port).bytes(0x66, 0xef);
  }

  /** {@code in al, port}: mov dx, port; in al, dx. */
  GuestCode inb(int port) {
    return dx(port).bytes(0xec);
  }

  /** mov dx, value. */
  private GuestCode dx(int value) {
    return bytes(0x66, 0xba).u16(value);
  }

  /** test al, mask. */
  GuestCode testAl(int mask) {
    return bytes(0xa8, mask);
  }

  /** cmp al, value. */
  GuestCode cmpAl(int value) {
    return bytes(0x3c, value);
  }

  /** mov [address], al. */
  GuestCode storeAl(int address) {
    return bytes(0x88, 0x04, 0x25).u32(address);
  }

  /** cmp al, [address]. */
  GuestCode cmpAlWith(int address) {
    return bytes(0x3a, 0x04, 0x25).u32(address);
  }

  /** inc dword [address]. */
  GuestCode increment(int address) {
    return bytes(0xff, 0x04, 0x25).u32(address);
  }

  /** cmp dword [address], value. */
  GuestCode compare(int address, int value) {
    return bytes(0x81, 0x3c, 0x25).u32(address).u32(value);
  }

  GuestCode jump(String label) {
    return bytes(0xe9).fixup(label, Kind.RELATIVE, Integer.BYTES);
  }

  GuestCode jumpIfZero(String label) {
    return bytes(0x0f, 0x84).fixup(label, Kind.RELATIVE, Integer.BYTES);
  }

  GuestCode jumpIfNotZero(String label) {
    return bytes(0x0f, 0x85).fixup(label, Kind.RELATIVE, Integer.BYTES);
  }

  /** jb: after a comparison of unsigned numbers. */
  GuestCode jumpIfBelow(String label) {
    return bytes(0x0f, 0x82).fixup(label, Kind.RELATIVE, Integer.BYTES);
  }

  GuestCode cli() {
    return bytes(0xfa);
  }

  GuestCode sti() {
    return bytes(0xfb);
  }

  GuestCode hlt() {
    return bytes(0xf4);
  }

  /** mov rax, value. */
  GuestCode rax(long value) {
    bytes(0x48, 0xb8);
    code.putLong(value);
    return this;
  }

  /** The instruction that raises #UD. */
  GuestCode ud2() {
    return bytes(0x0f, 0x0b);
  }

  // Idioms

  /** Sends a text as a polling driver does. */
  GuestCode print(String text) {
    for (byte character : text.getBytes(StandardCharsets.US_ASCII)) {
      String wait = "thre" + generatedLabels++;
      label(wait).inb(COM1 + LSR).testAl(LSR_THRE).jumpIfZero(wait).outb(COM1, character);
    }
    return this;
  }

  /** Switches the machine off: SLP_EN with the type of S5 to PM1a_CNT. */
  GuestCode powerOff() {
    return outw(0x604, 1 << 13 | 5 << 10).label("off").jump("off");
  }

  /** Takes interrupts from both PICs at vectors 0x20 to 0x2f; only those of {@code irqs} pass. */
  GuestCode initPics(int... irqs) {
    int mask = 0xffff;
    for (int irq : irqs) {
      mask &= ~(1 << irq);
    }
    outb(PIC_MASTER, 0x11).outb(PIC_SLAVE, 0x11); // ICW1: cascade, ICW4 follows
    outb(PIC_MASTER + 1, IRQ_BASE).outb(PIC_SLAVE + 1, IRQ_BASE + 8); // ICW2: vectors
    outb(PIC_MASTER + 1, 1 << 2).outb(PIC_SLAVE + 1, 2); // ICW3: the slave is at input 2
    outb(PIC_MASTER + 1, 0x01).outb(PIC_SLAVE + 1, 0x01); // ICW4: 8086 mode
    return outb(PIC_MASTER + 1, mask & 0xff).outb(PIC_SLAVE + 1, mask >> 8);
  }

  /** lidt with a table in which an IRQ of the master PIC leads to its handler. */
  GuestCode loadIdt(int irq, String handler) {
    bytes(0x0f, 0x01, 0x1c, 0x25).fixup("idtr", Kind.ABSOLUTE, Integer.BYTES).jump("behind-idt");
    label("idtr").u16(IDT_ENTRIES * GATE_BYTES - 1);
    fixup("idt", Kind.ABSOLUTE, Integer.BYTES).u32(0);
    label("idt");
    for (int vector = 0; vector < IDT_ENTRIES; vector++) {
      if (vector == IRQ_BASE + irq) {
        fixup(handler, Kind.GATE, GATE_BYTES);
      } else {
        code.position(code.position() + GATE_BYTES);
      }
    }
    return label("behind-idt");
  }

  /** Begins an interrupt handler: push rax; push rdx. */
  GuestCode handler(String name) {
    return label(name).bytes(0x50, 0x52);
  }

  /** Ends the interrupt and its handler: pop rdx; pop rax; iretq. */
  GuestCode endOfInterrupt() {
    return outb(PIC_MASTER, PIC_EOI).bytes(0x5a, 0x58, 0x48, 0xcf);
  }

  /** Starts counter 0 of the 8254 as a rate generator. */
  GuestCode startTimer(int count) {
    return outb(0x43, 0x34).outb(0x40, count & 0xff).outb(0x40, count >> 8);
  }

  /** mov ebx, the local APIC; mov dword [rbx + register], value. */
  GuestCode writeLocalApic(int register, int value) {
    return bytes(0xbb).u32(LOCAL_APIC).bytes(0xc7, 0x83).u32(register).u32(value);
  }

  private GuestCode bytes(int... bytes) {
    for (int b : bytes) {
      code.put((byte) b);
    }
    return this;
  }

  private GuestCode u16(int value) {
    code.putShort((short) value);
    return this;
  }

  private GuestCode u32(int value) {
    code.putInt(value);
    return this;
  }

  private GuestCode fixup(String label, Kind kind, int sizeBytes) {
    fixups.add(new Fixup(code.position(), label, kind));
    code.position(code.position() + sizeBytes);
    return this;
  }
}
