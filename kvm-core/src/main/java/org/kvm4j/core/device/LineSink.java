package org.kvm4j.core.device;

/** Where the OR of all sources of a GSI goes; {@link org.kvm4j.Vm#setIrqLine} in a real VM. */
@FunctionalInterface
public interface LineSink {

  /** Called only when the level changes, one call at a time per GSI. */
  void set(int gsi, boolean high);
}
