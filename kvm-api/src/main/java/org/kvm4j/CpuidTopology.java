package org.kvm4j;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Rewrites the host's CPUID for one vCPU of a guest's topology.
 *
 * <p>Intel SDM volume 2, CPUID, and volume 3, section 9.9; AMD64 Architecture Programmer's Manual,
 * volume 3, appendix E. KVM_GET_SUPPORTED_CPUID leaves APIC ids as those of the host CPU that
 * happened to ask, and may lack subleaf 1 of leaf 0xb. Caches of level 3 and more are shared by the
 * cores of a socket, others by the threads of a core.
 */
final class CpuidTopology {

  private static final int FEATURES = 1;
  private static final int CACHES_INTEL = 4;
  private static final int TOPOLOGY = 0xb;
  private static final int TOPOLOGY_V2 = 0x1f;
  private static final int LAST_EXTENDED = 0x8000_0000;
  private static final int FEATURES_AMD = 0x8000_0001;
  private static final int SIZES_AMD = 0x8000_0008;
  private static final int CACHES_AMD = 0x8000_001d;
  private static final int TOPOLOGY_AMD = 0x8000_001e;

  private static final int ECX_HYPERVISOR = 1 << 31;
  private static final int EDX_HTT = 1 << 28;
  private static final int ECX_CMP_LEGACY = 1 << 1;
  private static final int ECX_TOPOEXT = 1 << 22;
  private static final int CACHE_LEVEL_SHIFT = 5;
  private static final int CACHE_LEVEL = 7;
  private static final int CACHE_SHARING_SHIFT = 14;
  private static final int CACHE_SHARING = 0xfff << CACHE_SHARING_SHIFT;
  private static final int LEVEL_3 = 3;
  private static final int CORES_OF_PACKAGE = 0x3f << 26;
  private static final int LEVEL_SMT = 1 << 8;
  private static final int LEVEL_CORE = 2 << 8;

  private static final int CORES_OF_PACKAGE_SHIFT = 26;
  private static final int MOST_CORE_IDS = 64;
  private static final int BYTE = 0xff;
  private static final int MOST_SHARING = 0xfff;
  private static final int MOST_ID_BITS = 0xf;

  /** "Genu" of "GenuineIntel", the first four letters of the vendor. */
  private static final int INTEL = 0x756e_6547;

  private final int apicId;
  private final CpuTopology topology;

  CpuidTopology(int apicId, CpuTopology topology) {
    if (!topology.hasApicId(apicId)) {
      throw new IllegalArgumentException(
          "APIC id %d: no vCPU of %s has it".formatted(apicId, topology));
    }
    this.apicId = apicId;
    this.topology = topology;
  }

  CpuidTable apply(CpuidTable host) {
    List<CpuidEntry> entries = new ArrayList<>();
    boolean intel = host.find(0, 0).filter(vendor -> vendor.ebx() == INTEL).isPresent();
    boolean hasTopology = false;
    for (CpuidEntry entry : intel ? host.entries() : withThreads(host).entries()) {
      if (entry.function() == TOPOLOGY || entry.function() == TOPOLOGY_V2) {
        if (entry.index() == 0) {
          addTopology(entries, entry.function());
        }
        hasTopology |= entry.function() == TOPOLOGY;
      } else {
        entries.add(rewrite(entry, intel));
      }
    }
    if (!hasTopology && maxLeaf(host) >= TOPOLOGY) {
      addTopology(entries, TOPOLOGY);
    }
    return new CpuidTable(entries);
  }

  /**
   * With leaf 0x8000001e, from which alone Linux learns of threads on processors of AMD's kind. It
   * says nothing of the host, so a processor that lacks it can have it.
   */
  private CpuidTable withThreads(CpuidTable table) {
    Optional<CpuidEntry> features = table.find(FEATURES_AMD, 0);
    Optional<CpuidEntry> last = table.find(LAST_EXTENDED, 0);
    if (topology.threads() == 1 || features.isEmpty() || last.isEmpty()) {
      return table;
    }
    CpuidEntry f = features.get();
    CpuidEntry l = last.get();
    int max = Integer.compareUnsigned(l.eax(), TOPOLOGY_AMD) < 0 ? TOPOLOGY_AMD : l.eax();
    return table
        .with(f.with(f.eax(), f.ebx(), f.ecx() | ECX_TOPOEXT, f.edx()))
        .with(l.with(max, l.ebx(), l.ecx(), l.edx()))
        .with(new CpuidEntry(TOPOLOGY_AMD, 0, 0, 0, 0, 0, 0));
  }

  private CpuidEntry rewrite(CpuidEntry e, boolean intel) {
    return switch (e.function()) {
      case FEATURES -> e.with(e.eax(), features(e.ebx()), e.ecx() | ECX_HYPERVISOR, htt(e.edx()));
      case CACHES_INTEL -> e.with(coreIds(sharing(e.eax())), e.ebx(), e.ecx(), e.edx());
      case FEATURES_AMD -> e.with(e.eax(), e.ebx(), cmpLegacy(e.ecx(), intel), e.edx());
      case SIZES_AMD -> e.with(e.eax(), e.ebx(), sizes(), e.edx());
      case CACHES_AMD -> e.with(sharing(e.eax()), e.ebx(), e.ecx(), e.edx());
      case TOPOLOGY_AMD -> e.with(apicId, coreAndThreads(), topology.socketOf(apicId) & BYTE, 0);
      default -> e;
    };
  }

  /**
   * Initial APIC id in the top byte, logical processors of the package below it. Of an x2APIC id
   * these are the lowest bits; of more processors, as many as the field can say.
   */
  private int features(int ebx) {
    return (ebx & 0xffff) | (Math.min(threadsOfSocket(), BYTE) << 16) | (apicId << 24);
  }

  private int htt(int edx) {
    return threadsOfSocket() > 1 ? edx | EDX_HTT : edx & ~EDX_HTT;
  }

  /** Reserved on Intel's, where Linux would take it to mean that there are no hyper-threads. */
  private int cmpLegacy(int ecx, boolean intel) {
    return threadsOfSocket() > 1 && !intel ? ecx | ECX_CMP_LEGACY : ecx & ~ECX_CMP_LEGACY;
  }

  /** The ids that there can be of the threads that share a cache, less one. */
  private int sharing(int eax) {
    int level = (eax >> CACHE_LEVEL_SHIFT) & CACHE_LEVEL;
    int bits = level >= LEVEL_3 ? topology.socketShift() : topology.threadBits();
    int ids = Math.min((1 << bits) - 1, MOST_SHARING);
    return (eax & ~CACHE_SHARING) | (ids << CACHE_SHARING_SHIFT);
  }

  /** The ids that there can be of cores in the package, less one. */
  private int coreIds(int eax) {
    int ids = Math.min(1 << topology.coreBits(), MOST_CORE_IDS);
    return (eax & ~CORES_OF_PACKAGE) | ((ids - 1) << CORES_OF_PACKAGE_SHIFT);
  }

  /** Threads of the package less one, and how many bits of an APIC id tell them apart. */
  private int sizes() {
    int bits = Math.min(topology.socketShift(), MOST_ID_BITS);
    return Math.min(threadsOfSocket() - 1, BYTE) | (bits << 12);
  }

  /** Fields of one byte each; larger numbers are in the APIC id alone. */
  private int coreAndThreads() {
    return (topology.coreOf(apicId) & BYTE) | (Math.min(topology.threads() - 1, BYTE) << 8);
  }

  private int threadsOfSocket() {
    return topology.cores() * topology.threads();
  }

  private void addTopology(List<CpuidEntry> entries, int function) {
    int flag = CpuidEntry.FLAG_SIGNIFICANT_INDEX;
    int threads = topology.threads();
    entries.add(
        new CpuidEntry(function, 0, flag, topology.threadBits(), threads, LEVEL_SMT, apicId));
    int below = topology.socketShift();
    entries.add(
        new CpuidEntry(function, 1, flag, below, threadsOfSocket(), 1 | LEVEL_CORE, apicId));
    entries.add(new CpuidEntry(function, 2, flag, 0, 0, 2, apicId));
  }

  private static int maxLeaf(CpuidTable host) {
    return host.find(0, 0).map(CpuidEntry::eax).orElse(0);
  }
}
