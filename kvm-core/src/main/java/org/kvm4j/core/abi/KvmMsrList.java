package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.IntStream;

/** struct kvm_msr_list: a count and that many indices. */
public final class KvmMsrList {

  @C("sizeof(struct kvm_msr_list)")
  public static final int SIZEOF = 4;

  @C("offsetof(struct kvm_msr_list, nmsrs)")
  public static final int NMSRS = 0;

  @C("offsetof(struct kvm_msr_list, indices)")
  public static final int INDICES = 4;

  private KvmMsrList() {}

  /**
   * Reads a list.
   *
   * @param count of its indices, checked by the caller: the field in the struct is the kernel's
   */
  public static List<Integer> read(ByteBuffer b, int count) {
    return IntStream.range(0, count).mapToObj(i -> b.getInt(INDICES + i * Integer.BYTES)).toList();
  }
}
