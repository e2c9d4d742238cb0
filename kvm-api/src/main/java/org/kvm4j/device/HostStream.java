package org.kvm4j.device;

/**
 * A byte stream between a device and the host that never blocks a vCPU.
 *
 * <p>Both directions are bounded. What the host sends waits until the device reads it; what the
 * device writes is refused once the host falls too far behind. Threading: any thread.
 */
public interface HostStream {

  /** {@link #read} has nothing now. */
  int NOTHING = -1;

  /** Takes the next byte from the host: 0 to 255, or {@link #NOTHING}. */
  int read();

  /**
   * Gives a byte to the host.
   *
   * @param value whose low 8 bits count
   * @return false if there is no room now; the byte was not taken
   */
  boolean write(int value);

  /**
   * Names the task to run, with the device's lock held, when there is something to read after
   * {@link #read} had nothing, or room after {@link #write} was refused. One task per stream; it
   * may also run without need.
   */
  void onReady(Runnable task);
}
