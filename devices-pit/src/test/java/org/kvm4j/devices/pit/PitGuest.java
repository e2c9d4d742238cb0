package org.kvm4j.devices.pit;

import java.math.BigInteger;
import java.util.StringJoiner;
import org.kvm4j.testkit.FakeClock;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingLine;

/** A guest with a PIT, and an oscilloscope on its counters. */
final class PitGuest implements AutoCloseable {

  static final int CONTROL = 0x43;
  static final int PORT_B = 0x61;
  static final int LSB_ONLY = 0x10;
  static final int MSB_ONLY = 0x20;
  static final int BOTH_BYTES = 0x30;
  static final int BCD = 0x01;
  static final int READ_BACK_BOTH = 0xc0;
  static final int READ_BACK_STATUS = 0xe0;
  static final int READ_BACK_COUNT = 0xd0;

  private static final BigInteger HZ = BigInteger.valueOf(1_193_182);
  private static final BigInteger GIGA = BigInteger.valueOf(1_000_000_000);

  private final MockMachine machine = MockMachine.with(new PitProvider());

  /** On a machine that has been running for a while, at no particular phase of CLK. */
  PitGuest() {
    clock().advance(86_400_123_456_789L);
  }

  MockMachine machine() {
    return machine;
  }

  FakeClock clock() {
    return machine.clock();
  }

  RecordingLine line() {
    return machine.line(0);
  }

  void out(int port, int value) {
    machine.pio().write(port, 1, value);
  }

  int in(int port) {
    return machine.pio().read(port, 1);
  }

  /** Programs a counter with a one-byte count. */
  void start(int counter, int mode, int count) {
    mode(counter, LSB_ONLY, mode);
    count(counter, count);
  }

  /** Programs a counter with a two-byte count. */
  void start16(int counter, int mode, int count) {
    mode(counter, BOTH_BYTES, mode);
    count16(counter, count);
  }

  /** Writes a control word. */
  void mode(int counter, int readWrite, int mode) {
    out(CONTROL, counter << 6 | readWrite | mode << 1);
  }

  void count(int counter, int value) {
    out(0x40 + counter, value);
  }

  void count16(int counter, int value) {
    out(0x40 + counter, value & 0xff);
    out(0x40 + counter, value >> 8);
  }

  /** Reads two bytes of a counter. */
  int in16(int counter) {
    int low = in(0x40 + counter);
    return low | in(0x40 + counter) << 8;
  }

  /** Sets the gate of counter 2. */
  void gate(boolean high) {
    out(PORT_B, (in(PORT_B) & ~1) | (high ? 1 : 0));
  }

  void trigger() {
    gate(false);
    gate(true);
  }

  boolean out2() {
    return (in(PORT_B) & 0x20) != 0;
  }

  int status(int counter) {
    out(CONTROL, READ_BACK_STATUS | 2 << counter);
    return in(0x40 + counter);
  }

  /** Lets CLK pulses pass, to the first nanosecond of the last. */
  void pulses(long number) {
    clock().advanceTo(nanosOf(pulse() + number));
  }

  /** The number of the latest CLK pulse. */
  long pulse() {
    return pulseAt(clock().nanoTime());
  }

  static long pulseAt(long nanos) {
    return BigInteger.valueOf(nanos).multiply(HZ).divide(GIGA).longValueExact();
  }

  static long nanosOf(long pulse) {
    BigInteger[] quotient = BigInteger.valueOf(pulse).multiply(GIGA).divideAndRemainder(HZ);
    return quotient[0].longValueExact() + (quotient[1].signum() > 0 ? 1 : 0);
  }

  /** Lets pulses pass and notes count (hexadecimal) and level of OUT after each: "2H 1L". */
  String watch(int counter, int pulses) {
    StringJoiner seen = new StringJoiner(" ");
    for (int i = 0; i < pulses; i++) {
      pulses(1);
      seen.add(look(counter));
    }
    return seen.toString();
  }

  /** Count (hexadecimal) and level of OUT now. */
  String look(int counter) {
    out(CONTROL, READ_BACK_BOTH | 2 << counter);
    int status = in(0x40 + counter);
    int count =
        switch (status & BOTH_BYTES) {
          case LSB_ONLY -> in(0x40 + counter);
          case MSB_ONLY -> in(0x40 + counter) << 8;
          default -> in16(counter);
        };
    return Integer.toHexString(count) + ((status & 0x80) != 0 ? "H" : "L");
  }

  @Override
  public void close() {
    machine.close();
  }
}
