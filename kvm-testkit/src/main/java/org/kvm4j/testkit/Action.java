package org.kvm4j.testkit;

/**
 * One thing that a hostile guest, or the host around it, does to a machine. The texts stand in
 * failure messages.
 */
sealed interface Action {

  /** Does it and returns what the guest sees, or 0. */
  long applyTo(MockMachine machine);

  /** An {@code in}. */
  record PortRead(int port, int size) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      return machine.pio().read(port, size);
    }

    @Override
    public String toString() {
      return "read %d bytes at port 0x%x".formatted(size, port);
    }
  }

  /** An {@code out}. */
  record PortWrite(int port, int size, int value) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      machine.pio().write(port, size, value);
      return 0;
    }

    @Override
    public String toString() {
      return "write 0x%x, %d bytes, to port 0x%x".formatted(value, size, port);
    }
  }

  /** A load. */
  record Load(long address, int size) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      return machine.mmio().read(address, size);
    }

    @Override
    public String toString() {
      return "read %d bytes at address 0x%x".formatted(size, address);
    }
  }

  /** A store. */
  record Store(long address, int size, long value) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      machine.mmio().write(address, size, value);
      return 0;
    }

    @Override
    public String toString() {
      return "write 0x%x, %d bytes, to address 0x%x".formatted(value, size, address);
    }
  }

  /** The guest changes its RAM, where a device may look. */
  record RamWrite(long address, long value) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      machine.memory().writeLong(address, value);
      return 0;
    }

    @Override
    public String toString() {
      return "write 0x%x to RAM at 0x%x".formatted(value, address);
    }
  }

  /** Time passes. */
  record TimeStep(long nanos) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      machine.clock().advance(nanos);
      return 0;
    }

    @Override
    public String toString() {
      return "%d ns pass".formatted(nanos);
    }
  }

  /** Another device drives a line, of which only interrupt controllers hear. */
  record LineChange(int gsi, boolean high) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      machine.processors().setLine(gsi, high);
      return machine.processors().takeFingerprint();
    }

    @Override
    public String toString() {
      return "GSI %d goes %s".formatted(gsi, high ? "high" : "low");
    }
  }

  /** A processor ends an interrupt. */
  record EndOfInterrupt(int vector) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      machine.processors().endOfInterrupt(vector);
      return machine.processors().takeFingerprint();
    }

    @Override
    public String toString() {
      return "vector 0x%x ends".formatted(vector);
    }
  }

  /** The processor takes the interrupt that INTR announces, if any. */
  record Acknowledge() implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      return machine.processors().isIntrHigh() ? machine.processors().acknowledge() : -1;
    }

    @Override
    public String toString() {
      return "the processor takes an interrupt";
    }
  }

  /** The host sends, unless the device is far behind. */
  record HostInput(int stream, String text) implements Action {

    private static final int MAX_UNREAD = 4096;

    @Override
    public long applyTo(MockMachine machine) {
      MemoryStream target = machine.allStreams().get(stream);
      if (target.unread() < MAX_UNREAD) {
        target.send(text);
      }
      return 0;
    }

    @Override
    public String toString() {
      return "host sends %d bytes to stream %d".formatted(text.length(), stream);
    }
  }

  /** The host takes what was written and has this room from now on. */
  record HostRoom(int stream, int roomBytes) implements Action {
    @Override
    public long applyTo(MockMachine machine) {
      MemoryStream target = machine.allStreams().get(stream);
      String taken = target.drain();
      target.setRoom(roomBytes);
      return taken.hashCode();
    }
  }
}
