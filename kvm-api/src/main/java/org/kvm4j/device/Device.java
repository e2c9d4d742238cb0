package org.kvm4j.device;

/**
 * One emulated device of one VM.
 *
 * <p>Threading: the framework holds the device's lock around every method here and around every
 * handler, timer task and stream callback that the device registered.
 */
public interface Device extends AutoCloseable {

  /**
   * Puts the device into the state it had when created, as a hardware reset does: registers at
   * their datasheet values, timers cancelled, interrupt lines low.
   */
  void reset();

  /**
   * Writes everything that the guest could observe. Called only while the VM is paused.
   *
   * @param out keyed values; the framework adds type, id and version
   */
  void save(StateWriter out);

  /**
   * Takes a state over from {@link #save}. Called only while the VM is paused, on a device just
   * created or reset.
   *
   * <p>A state is untrusted input: check every value before changing anything, so that a refused
   * state leaves the device as it was.
   *
   * @throws DeviceStateException if a value is missing, of another type or out of range
   */
  void restore(StateReader in);

  /**
   * Gives up what the device itself opened; idempotent. Timers, streams, lines and ranges belong to
   * the framework, which releases them.
   */
  @Override
  default void close() {}
}
