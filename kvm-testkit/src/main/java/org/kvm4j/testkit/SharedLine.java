package org.kvm4j.testkit;

import org.kvm4j.device.InterruptLine;

/** One GSI: high while at least one of its sources is. Threading: any thread. */
final class SharedLine {

  private final RecordingLine output = new RecordingLine();
  private int highSources; // guarded by this

  RecordingLine output() {
    return output;
  }

  Source newSource() {
    return new Source();
  }

  /** What one device drives. */
  final class Source implements InterruptLine {

    private boolean high;
    private boolean released;

    private Source() {}

    @Override
    public void set(boolean high) {
      synchronized (SharedLine.this) {
        if (released || this.high == high) {
          return;
        }
        this.high = high;
        highSources += high ? 1 : -1;
        output.set(highSources > 0);
      }
    }

    /** Takes the device off the line for ever. */
    void release() {
      synchronized (SharedLine.this) {
        set(false);
        released = true;
      }
    }
  }
}
