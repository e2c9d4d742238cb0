package org.kvm4j.device;

/**
 * How a device ends or resets the VM it is part of.
 *
 * <p>Threading: any thread; the request is taken note of and carried out by the VM's own threads
 * after the access that caused it. The first request counts.
 */
@FunctionalInterface
public interface VmControl {

  /**
   * Asks for an end of the VM.
   *
   * @param event what the guest did
   * @param cause the access that meant it, for the user: {@code i8042 command 0xfe}
   */
  void request(VmEvent event, String cause);
}
