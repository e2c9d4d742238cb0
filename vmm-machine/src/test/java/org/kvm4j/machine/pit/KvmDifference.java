package org.kvm4j.machine.pit;

/**
 * Where KVM's 8254 (arch/x86/kvm/i8254.c, as of Linux 6.1) is none by the datasheet, Intel 231164.
 * What falls under one of these is not compared. Sections are those of the datasheet.
 */
enum KvmDifference {
  /**
   * "Programming the 8254": after a control word the counter waits for a count and OUT is at its
   * first level. KVM goes on counting what it counted, by the rules of the new mode.
   */
  CONTROL_WORD_DOES_NOT_STOP,
  /** "Control Word Format": BCD counts in four decades. KVM counts in binary. */
  NO_BCD,
  /**
   * "Mode 0", GATE and the first of two bytes: both stop the counting, the byte sets OUT low. KVM
   * counts on.
   */
  MODE_0_DOES_NOT_STOP,
  /** "Mode 4", GATE: 0 stops the counting. KVM counts on. */
  MODE_4_DOES_NOT_STOP,
  /**
   * "Mode 1", "Mode 5": only a trigger loads the counter. In KVM the writing of a count does, so
   * that counters 0 and 1, whose gates are high for ever, count too.
   */
  WRITE_TRIGGERS,
  /** "Mode 2", "Mode 3", GATE: 0 stops the counting and sets OUT high. KVM counts on. */
  PERIODIC_MODE_DOES_NOT_STOP,
  /**
   * "Mode 2", "Mode 3": a new count waits for the end of the cycle, in mode 3 of the half cycle. In
   * KVM it starts a cycle at once.
   */
  NEW_COUNT_DOES_NOT_WAIT,
  /**
   * "Mode 3", odd counts: both halves count down in twos from the count less one. KVM counts from
   * the odd count, over both halves in one.
   */
  ODD_COUNT_OF_MODE_3,
  /**
   * "Mode 1": OUT is low while counting. "Mode 2": high but for the last pulse. "Mode 4" and "Mode
   * 5": high but for the strobe. KVM has the opposite of each.
   */
  OUT_INVERTED,
  /** "Read-Back Command": the status has the mode as written. KVM has 2 and 3 for 6 and 7. */
  MODE_NOT_AS_WRITTEN,
  /** "Read-Back Command": the status has NULL COUNT. KVM's has not. */
  NO_NULL_COUNT,
  /**
   * Not of the datasheet, but of the PC/AT: bits 2 and 3 of port B are kept. KVM's are 0; and its
   * refresh bit, as ours, has a rhythm of its own.
   */
  PORT_B_KEEPS_TWO_BITS,
  /**
   * Not of the datasheet: KVM lets the guest have no interrupts faster than every 200 us, and what
   * counter 0 shows in modes 2 and 3 follows.
   */
  SHORT_PERIOD_OF_COUNTER_0
}
