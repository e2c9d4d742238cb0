package org.kvm4j.bus;

/**
 * Answers the accesses to one range of ports.
 *
 * <p>Threading: when a handler is registered through a device's context, the framework holds that
 * device's lock around every call, so a device is written single-threaded. A handler must return
 * promptly: the vCPU waits for it.
 */
public interface PioHandler {

  /**
   * Handles an {@code in}.
   *
   * @param offset of the accessed port from the start of the registered range
   * @param size 1, 2 or 4 bytes, never more than {@link #maxAccessBytes()}
   * @return the value; bits above {@code size} bytes are ignored
   */
  int read(int offset, int size);

  /**
   * Handles an {@code out}.
   *
   * @param offset of the accessed port from the start of the registered range
   * @param size 1, 2 or 4 bytes, never more than {@link #maxAccessBytes()}
   * @param value zero-extended from {@code size} bytes
   */
  void write(int offset, int size, int value);

  /**
   * The widest access that the handler takes: 1, 2 or 4 bytes. The bus splits a wider one into
   * consecutive accesses of this width, lowest port first, as a PC does for an 8-bit chip.
   */
  default int maxAccessBytes() {
    return 4;
  }
}
