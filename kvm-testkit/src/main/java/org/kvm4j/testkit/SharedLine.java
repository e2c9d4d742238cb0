package org.kvm4j.testkit;

import java.util.function.Consumer;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmClock;

/** One GSI: high while at least one of its sources is. Threading: any thread. */
final class SharedLine {

  private final RecordingLine output;
  private final Consumer<Boolean> controller;
  private int highSources; // guarded by this

  /**
   * Low.
   *
   * @param controller where each change of the level goes, too
   */
  SharedLine(VmClock clock, Consumer<Boolean> controller) {
    output = new RecordingLine(clock);
    this.controller = controller;
  }

  RecordingLine output() {
    return output;
  }

  Source newSource() {
    return new Source();
  }

  /** Tells the controller of a high level as if it had just risen. */
  synchronized void repeatLevel() {
    if (highSources > 0) {
      controller.accept(false);
      controller.accept(true);
    }
  }

  private void update() {
    boolean high = highSources > 0;
    if (output.change(high)) {
      controller.accept(high);
    }
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
        update();
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
