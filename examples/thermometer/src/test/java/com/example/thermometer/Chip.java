package com.example.thermometer;

import java.util.HashMap;
import java.util.Map;
import org.kvm4j.testkit.FakeClock;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RecordingLine;

/** A thermometer in a mock machine, accessed by register. */
final class Chip implements AutoCloseable {

  static final int IRQ = 5;

  private static final long BASE = 0xd000_0000L;

  private final MockMachine machine = new MockMachine();

  /** With a control line in memory, and these options. */
  Chip(String... namesAndValues) {
    Map<String, String> options =
        new HashMap<>(
            Map.of("base", "0xd0000000", "irq", Integer.toString(IRQ), "control", "memory"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      options.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    machine.add(new ThermometerProvider(), options);
  }

  int read(int register) {
    return machine.mmio().readInt(BASE + register);
  }

  void write(int register, int value) {
    machine.mmio().writeInt(BASE + register, value);
  }

  long load(long offset, int size) {
    return machine.mmio().read(BASE + offset, size);
  }

  void store(long offset, int size, long value) {
    machine.mmio().write(BASE + offset, size, value);
  }

  void enable() {
    write(Reg.CONTROL, Reg.CONTROL_ENABLE);
  }

  /** Enables it and lets the first conversion end. */
  void start() {
    enable();
    clock().advance(Thermometer.CONVERSION_NANOS);
  }

  /** Lets a sample period of the default length pass. */
  void nextSample() {
    clock().advance(100 * Thermometer.NANOS_PER_MILLI);
  }

  /** Says a line as the host; the answer. */
  String say(String text) {
    machine.stream().send(text + "\n");
    return machine.stream().drain();
  }

  /** As {@link #say}, from the next conversion on. */
  void warmTo(int millidegrees) {
    say("temperature " + millidegrees);
    nextSample();
  }

  boolean has(int register, int bits) {
    return (read(register) & bits) == bits;
  }

  MockMachine machine() {
    return machine;
  }

  FakeClock clock() {
    return machine.clock();
  }

  RecordingLine line() {
    return machine.line(IRQ);
  }

  @Override
  public void close() {
    machine.close();
  }
}
