package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory for ioctl arguments. */
final class Native {

  private Native() {}

  static ByteBuffer allocate(int sizeBytes) {
    return ByteBuffer.allocateDirect(sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
