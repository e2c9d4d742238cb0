package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory for ioctl arguments. */
final class Native {

  private Native() {}

  static ByteBuffer allocate(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A part of such memory, in the same byte order. */
  static ByteBuffer slice(ByteBuffer memory, int offset, int sizeBytes) {
    return memory.slice(offset, sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
