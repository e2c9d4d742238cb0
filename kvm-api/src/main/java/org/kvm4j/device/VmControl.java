package org.kvm4j.device;

/**
 * How a device ends or resets the VM it is part of.
 *
 * <p>Threading: any thread; the request is taken note of and carried out by the VM's own threads
 * after the access that caused it. The first end counts; requests for a reset count once until the
 * VM has been reset, or end it if its owner wants that.
 */
public interface VmControl {

  /**
   * Asks for an end or a reset of the VM.
   *
   * @param event what the guest did
   * @param cause the access that meant it, for the user: {@code i8042 command 0xfe}
   */
  void request(VmEvent event, String cause);

  /**
   * Asks for the end of the VM with a result that the guest has chosen, as a test in a guest does.
   *
   * @param status what the process that runs the VM is to exit with: 0 to 255
   * @param cause as of {@link #request}
   * @throws IllegalArgumentException if the status is anything else
   */
  void exit(int status, String cause);
}
