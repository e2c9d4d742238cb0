package org.kvm4j.core.device;

/** The two kinds of addresses, and what an access to each is called. */
enum AddressKind {
  PORT("port", RecordedEvent.IN, RecordedEvent.OUT),
  MEMORY("address", RecordedEvent.LOAD, RecordedEvent.STORE);

  private final String noun;
  private final RecordedEvent read;
  private final RecordedEvent write;

  AddressKind(String noun, RecordedEvent read, RecordedEvent write) {
    this.noun = noun;
    this.read = read;
    this.write = write;
  }

  /** For messages. */
  String noun() {
    return noun;
  }

  RecordedEvent read() {
    return read;
  }

  RecordedEvent write() {
    return write;
  }
}
