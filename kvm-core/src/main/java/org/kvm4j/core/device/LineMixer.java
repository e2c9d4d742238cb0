package org.kvm4j.core.device;

import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.InterruptLine;

/** ORs what several devices drive onto the same GSI. Threading: any thread. */
final class LineMixer {

  static final int GSI_COUNT = 24;

  private final Wire[] wires = new Wire[GSI_COUNT];

  LineMixer(LineSink sink) {
    for (int gsi = 0; gsi < GSI_COUNT; gsi++) {
      wires[gsi] = new Wire(sink, gsi);
    }
  }

  /** A new source, low. */
  Source source(String deviceId, int gsi) {
    if (gsi < 0 || gsi >= GSI_COUNT) {
      throw new DeviceConfigurationException(
          "Device %s: there is no GSI %d. Use 0 to %d.".formatted(deviceId, gsi, GSI_COUNT - 1));
    }
    return wires[gsi].newSource();
  }

  /** Tells the sink of all lines that are high once more. */
  void drive() {
    for (Wire wire : wires) {
      synchronized (wire) {
        if (wire.highSources > 0) {
          wire.sink.set(wire.gsi, true);
        }
      }
    }
  }

  /** What several sources drive. */
  static final class Wire {
    private final LineSink sink;
    private final int gsi;
    private int highSources;

    Wire(LineSink sink, int gsi) {
      this.sink = sink;
      this.gsi = gsi;
    }

    Source newSource() {
      return new Source(this);
    }
  }

  /** What one device drives. */
  static final class Source implements InterruptLine {
    private final Wire wire;
    private volatile boolean high;
    private boolean released; // guarded by wire

    private Source(Wire wire) {
      this.wire = wire;
    }

    @Override
    public void set(boolean newHigh) {
      if (newHigh == high) {
        return; // the common case: a register access that changed nothing
      }
      synchronized (wire) {
        if (newHigh == high || released) {
          return;
        }
        high = newHigh;
        int before = wire.highSources;
        wire.highSources += newHigh ? 1 : -1;
        if (before == 0 || wire.highSources == 0) {
          wire.sink.set(wire.gsi, newHigh);
        }
      }
    }

    boolean isHigh() {
      return high;
    }

    /** Low for good: its device is fenced or closed. */
    void release() {
      synchronized (wire) {
        set(false);
        released = true;
      }
    }
  }
}
