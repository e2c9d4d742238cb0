package org.kvm4j.core.bus;

import java.util.Map;
import java.util.TreeMap;

/**
 * Counts the accesses that nobody answers, for diagnosis: a guest that polls a missing device.
 *
 * <p>A guest can choose addresses without end, so only the first {@value #CAPACITY} different ones
 * are told apart; none allocates memory. Threading: any thread.
 */
public final class UnclaimedAccesses {

  private static final int CAPACITY = 256;
  private static final System.Logger LOG = System.getLogger(UnclaimedAccesses.class.getName());

  private final String name;
  private final long[] addresses = new long[CAPACITY];
  private final long[] counts = new long[CAPACITY];
  private int used;
  private long others;

  UnclaimedAccesses(String name) {
    this.name = name;
  }

  void count(long address) {
    if (countIsNew(address)) {
      LOG.log(System.Logger.Level.DEBUG, "unclaimed {0} 0x{1}", name, Long.toHexString(address));
    }
  }

  private synchronized boolean countIsNew(long address) {
    for (int i = 0; i < used; i++) {
      if (addresses[i] == address) {
        counts[i]++;
        return false;
      }
    }
    if (used == CAPACITY) {
      others++;
      return false;
    }
    addresses[used] = address;
    counts[used++] = 1;
    return true;
  }

  /** Bytes accessed by address, in the order of addresses. */
  public synchronized Map<Long, Long> byAddress() {
    Map<Long, Long> result = new TreeMap<>(Long::compareUnsigned);
    for (int i = 0; i < used; i++) {
      result.put(addresses[i], counts[i]);
    }
    return result;
  }

  /** Bytes accessed at addresses beyond those told apart. */
  public synchronized long others() {
    return others;
  }
}
