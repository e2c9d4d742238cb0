package org.kvm4j.core.device;

import java.util.function.Supplier;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.bus.PioHandler;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmControl;

/**
 * Stands between a device and its guard and sees all that passes. This one lets it pass; with a
 * {@link DeviceTape}, it is recorded.
 */
class Tape {

  /** Records nothing, at no cost: what goes in comes out. */
  static final Tape NONE = new Tape();

  /** Makes the device. */
  <T> T create(Supplier<T> maker) {
    return maker.get();
  }

  void reset(Runnable reset) {
    reset.run();
  }

  final Target around(PioHandler handler, int base) {
    return around(Target.of(handler), AddressKind.PORT, base);
  }

  final Target around(MmioHandler handler, long base) {
    return around(Target.of(handler), AddressKind.MEMORY, base);
  }

  Target around(Target target, AddressKind kind, long base) {
    return target;
  }

  InterruptLine around(InterruptLine line, int gsi) {
    return line;
  }

  InterruptController around(InterruptController controller) {
    return controller;
  }

  VmClock around(VmClock clock) {
    return clock;
  }

  VmControl around(VmControl control) {
    return control;
  }

  HostStream around(HostStream stream) {
    return stream;
  }

  /** The task of a timer just made. */
  Runnable timerTask(Runnable task) {
    return task;
  }
}
