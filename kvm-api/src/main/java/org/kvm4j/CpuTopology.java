package org.kvm4j;

/**
 * How a guest's vCPUs are spread over sockets, cores and threads.
 *
 * <p>An APIC id is made of three bit fields, socket, core and thread, each as wide as its largest
 * value needs. With three cores, say, ids are therefore not consecutive. Intel SDM volume 3,
 * section 9.9.3; AMD64 Architecture Programmer's Manual, volume 3, appendix E.5. Immutable.
 *
 * @param sockets 1 or more
 * @param cores of each socket, 1 or more
 * @param threads of each core, 1 or more
 */
public record CpuTopology(int sockets, int cores, int threads) {

  /** The largest id that an APIC can have outside x2APIC mode; 255 stands for all of them. */
  public static final int LAST_XAPIC_ID = 254;

  /**
   * The largest id here: what an interrupt message reaches without interrupt remapping, 15 bits by
   * KVM_FEATURE_MSI_EXT_DEST_ID. KVM itself has fewer, see {@link KvmCapability#MAX_VCPU_ID}.
   */
  public static final int LAST_APIC_ID = 0x7fff;

  /**
   * Checks that every vCPU can have an APIC id.
   *
   * @throws IllegalArgumentException if a number is less than 1, or an id above {@link
   *     #LAST_APIC_ID}
   */
  public CpuTopology {
    if (sockets < 1 || cores < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "%s: use 1 or more of each".formatted(text(sockets, cores, threads)));
    }
    // Each alone first, so that no shift below can overflow.
    int last = Math.max(sockets, Math.max(cores, threads)) - 1;
    if (last <= LAST_APIC_ID) {
      last = id(sockets - 1, cores - 1, threads - 1, bits(cores), bits(threads));
    }
    if (last > LAST_APIC_ID) {
      throw new IllegalArgumentException(
          "%s: that takes APIC ids above %d, the last there is. Use fewer, or powers of two"
              .formatted(text(sockets, cores, threads), LAST_APIC_ID));
    }
  }

  /** One socket of so many cores with one thread each: APIC ids are 0, 1, 2 and so on. */
  public static CpuTopology ofCores(int cores) {
    return new CpuTopology(1, cores, 1);
  }

  /** All vCPUs. */
  public int count() {
    return sockets * cores * threads;
  }

  /**
   * The APIC id of a vCPU.
   *
   * @param index 0 to {@code count() - 1}: threads of a core first, then cores, then sockets
   * @throws IndexOutOfBoundsException if there is no such vCPU
   */
  public int apicId(int index) {
    if (index < 0 || index >= count()) {
      throw new IndexOutOfBoundsException("vCPU %d of %d".formatted(index, count()));
    }
    int core = index / threads;
    return id(core / cores, core % cores, index % threads, coreBits(), threadBits());
  }

  /** The largest APIC id of a vCPU. */
  public int lastApicId() {
    return apicId(count() - 1);
  }

  /** Whether there are ids that exist in x2APIC mode alone: above {@link #LAST_XAPIC_ID}. */
  public boolean needsX2Apic() {
    return lastApicId() > LAST_XAPIC_ID;
  }

  /** Whether a vCPU has this APIC id. */
  public boolean hasApicId(int apicId) {
    return apicId >= 0
        && socketOf(apicId) < sockets
        && coreOf(apicId) < cores
        && (apicId & mask(threadBits())) < threads;
  }

  /** The bits of an APIC id that tell the threads of a core apart. */
  int threadBits() {
    return bits(threads);
  }

  /** The bits of an APIC id that tell the cores of a socket apart. */
  int coreBits() {
    return bits(cores);
  }

  /** The bits of an APIC id that tell all threads of a socket apart. */
  int socketShift() {
    return threadBits() + coreBits();
  }

  int coreOf(int apicId) {
    return (apicId >> threadBits()) & mask(coreBits());
  }

  int socketOf(int apicId) {
    return apicId >> socketShift();
  }

  private static int id(int socket, int core, int thread, int coreBits, int threadBits) {
    return (socket << (coreBits + threadBits)) | (core << threadBits) | thread;
  }

  private static int bits(int count) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
  }

  private static int mask(int bits) {
    return (1 << bits) - 1;
  }

  private static String text(int sockets, int cores, int threads) {
    return "%d sockets of %d cores of %d threads".formatted(sockets, cores, threads);
  }
}
