package org.kvm4j.core.kvm;

import java.nio.ByteBuffer;

/** A kernel that keeps the bytes that one ioctl sets until another gets them. */
final class KeptStruct {

  private final byte[] kept;

  private KeptStruct(int sizeBytes) {
    kept = new byte[sizeBytes];
  }

  static KeptStruct between(ScriptedKernel kernel, String set, String get, int sizeBytes) {
    KeptStruct struct = new KeptStruct(sizeBytes);
    kernel.next(
        set,
        argument -> {
          ByteBuffer memory = kernel.at(argument, sizeBytes);
          memory.get(0, struct.kept);
          memory.put(0, new byte[sizeBytes]); // so that nothing comes back by itself
          return 0;
        });
    kernel.next(
        get,
        argument -> {
          kernel.at(argument, sizeBytes).put(0, struct.kept);
          return 0;
        });
    return struct;
  }

  /** Bytes that differ from their neighbours. */
  static byte[] counting(int length, int start) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (start + i + i / 256);
    }
    return bytes;
  }
}
