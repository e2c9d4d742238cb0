package org.kvm4j.state;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The registers of an in-kernel local APIC, as they lie in its page. struct kvm_lapic_state.
 *
 * <p>Immutable. Intel SDM volume 3, section 11.4; offsets are those of its table 11-1. A register
 * takes 4 bytes at a multiple of 16.
 *
 * @param registers the first 1024 bytes of the page
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record LocalApicState(byte[] registers) {

  /** The bytes of {@link #registers}. */
  public static final int SIZE_BYTES = 1024;

  /** In a local vector table entry: no interrupt is delivered. */
  public static final int LVT_MASKED = 1 << 16;

  /** In the spurious-interrupt vector register: the APIC is on. */
  public static final int SPURIOUS_APIC_ENABLED = 1 << 8;

  private static final int ID = 0x20;
  private static final int VERSION = 0x30;
  private static final int TASK_PRIORITY = 0x80;
  private static final int SPURIOUS = 0xf0;
  private static final int LVT_TIMER = 0x320;
  private static final int LVT_LINT0 = 0x350;
  private static final int LVT_LINT1 = 0x360;
  private static final int ALIGNMENT = 16;
  private static final int XAPIC_ID_SHIFT = 24;
  private static final int LOW_BYTE = 0xff;

  /** Copies the bytes and checks their number. */
  public LocalApicState {
    if (registers.length != SIZE_BYTES) {
      throw new IllegalArgumentException(
          "a local APIC has %d bytes of registers, not %d: give all of them"
              .formatted(SIZE_BYTES, registers.length));
    }
    registers = registers.clone();
  }

  /** A copy. */
  @Override
  public byte[] registers() {
    return registers.clone();
  }

  /**
   * A register by its offset.
   *
   * @param offset 0 to 0x3f0, a multiple of 16
   * @throws IllegalArgumentException if there is no register at the offset
   */
  public int register(int offset) {
    return littleEndian(registers).getInt(checked(offset));
  }

  /**
   * The same state with one register changed.
   *
   * @param offset 0 to 0x3f0, a multiple of 16
   * @throws IllegalArgumentException if there is no register at the offset
   */
  public LocalApicState withRegister(int offset, int value) {
    byte[] changed = registers.clone();
    littleEndian(changed).putInt(checked(offset), value);
    return new LocalApicState(changed);
  }

  /**
   * The APIC id, 0 to 255. With {@code KVM_X2APIC_API_USE_32BIT_IDS} on and the APIC in x2APIC mode
   * the id is all of the register at 0x20 instead.
   */
  public int id() {
    return register(ID) >>> XAPIC_ID_SHIFT;
  }

  /** The version, such as 0x14. */
  public int version() {
    return register(VERSION) & LOW_BYTE;
  }

  /** The task-priority register, 0 to 255. */
  public int taskPriority() {
    return register(TASK_PRIORITY) & LOW_BYTE;
  }

  /** With another task priority, 0 to 255. */
  public LocalApicState withTaskPriority(int value) {
    return withRegister(TASK_PRIORITY, value & LOW_BYTE);
  }

  /** The spurious-interrupt vector register. */
  public int spuriousVector() {
    return register(SPURIOUS);
  }

  /** With another spurious-interrupt vector register. */
  public LocalApicState withSpuriousVector(int value) {
    return withRegister(SPURIOUS, value);
  }

  /** The timer's entry of the local vector table. */
  public int lvtTimer() {
    return register(LVT_TIMER);
  }

  /** With another timer entry. */
  public LocalApicState withLvtTimer(int value) {
    return withRegister(LVT_TIMER, value);
  }

  /** The entry of pin LINT0 of the local vector table. */
  public int lvtLint0() {
    return register(LVT_LINT0);
  }

  /** With another entry of pin LINT0: 0x700 takes the PIC's interrupts (ExtINT). */
  public LocalApicState withLvtLint0(int value) {
    return withRegister(LVT_LINT0, value);
  }

  /** The entry of pin LINT1 of the local vector table. */
  public int lvtLint1() {
    return register(LVT_LINT1);
  }

  /** With another entry of pin LINT1: 0x400 makes it an NMI. */
  public LocalApicState withLvtLint1(int value) {
    return withRegister(LVT_LINT1, value);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LocalApicState that && Arrays.equals(registers, that.registers);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(registers);
  }

  @Override
  public String toString() {
    return "LocalApicState[id=%d, version=0x%x, spurious=0x%x, timer=0x%x, lint0=0x%x, lint1=0x%x]"
        .formatted(id(), version(), spuriousVector(), lvtTimer(), lvtLint0(), lvtLint1());
  }

  private static int checked(int offset) {
    if (offset < 0 || offset >= SIZE_BYTES || offset % ALIGNMENT != 0) {
      throw new IllegalArgumentException(
          "no local APIC register at 0x%x: give a multiple of 16 from 0 to 0x3f0"
              .formatted(offset));
    }
    return offset;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
