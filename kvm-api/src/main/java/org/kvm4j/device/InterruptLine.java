package org.kvm4j.device;

/**
 * A wire from a device to the interrupt controllers.
 *
 * <p>The line is a level. Whether the guest sees an edge or a level is a matter of how the
 * interrupt controller's pin is programmed. Threading: any thread; setting the level that the line
 * has already costs nothing.
 */
@FunctionalInterface
public interface InterruptLine {

  /** Drives the line high ({@code true}) or low. */
  void set(boolean high);

  /** Drives the line high and at once low again: one edge. */
  default void pulse() {
    set(true);
    set(false);
  }
}
