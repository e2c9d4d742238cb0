package org.kvm4j.bus;

/**
 * Answers the accesses to one range of guest-physical addresses.
 *
 * <p>Threading: as {@link PioHandler}.
 */
public interface MmioHandler {

  /**
   * Handles a load.
   *
   * @param offset of the accessed address from the start of the registered range
   * @param size 1, 2, 4 or 8 bytes, never more than {@link #maxAccessBytes()}
   * @return the value; bits above {@code size} bytes are ignored
   */
  long read(long offset, int size);

  /**
   * Handles a store.
   *
   * @param offset of the accessed address from the start of the registered range
   * @param size 1, 2, 4 or 8 bytes, never more than {@link #maxAccessBytes()}
   * @param value zero-extended from {@code size} bytes
   */
  void write(long offset, int size, long value);

  /**
   * The widest access that the handler takes: 1, 2, 4 or 8 bytes. The bus splits a wider one into
   * consecutive accesses of this width, lowest address first.
   */
  default int maxAccessBytes() {
    return 8;
  }
}
