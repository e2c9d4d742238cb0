package org.kvm4j;

import java.util.ArrayList;
import java.util.List;

/**
 * Rewrites the host's CPUID for one core of a single-socket guest without hyper-threads.
 *
 * <p>Intel SDM volume 2, CPUID, and volume 3, section 9.9; AMD64 Architecture Programmer's Manual,
 * volume 3, appendix E. KVM_GET_SUPPORTED_CPUID leaves APIC ids as those of the host CPU that
 * happened to ask, and may lack subleaf 1 of leaf 0xb.
 */
final class CpuidTopology {

  private static final int FEATURES = 1;
  private static final int CACHES_INTEL = 4;
  private static final int TOPOLOGY = 0xb;
  private static final int TOPOLOGY_V2 = 0x1f;
  private static final int FEATURES_AMD = 0x8000_0001;
  private static final int SIZES_AMD = 0x8000_0008;
  private static final int CACHES_AMD = 0x8000_001d;
  private static final int TOPOLOGY_AMD = 0x8000_001e;

  private static final int ECX_HYPERVISOR = 1 << 31;
  private static final int EDX_HTT = 1 << 28;
  private static final int ECX_CMP_LEGACY = 1 << 1;
  private static final int CACHE_SHARING = 0xfff << 14;
  private static final int CORES_OF_PACKAGE = 0x3f << 26;
  private static final int LEVEL_SMT = 1 << 8;
  private static final int LEVEL_CORE = 2 << 8;

  private final int apicId;
  private final int count;

  CpuidTopology(int apicId, int count) {
    if (count < 1 || count > 255 || apicId < 0 || apicId >= count) {
      throw new IllegalArgumentException(
          "APIC id %d of %d vCPUs: use 1 to 255 vCPUs with ids from 0".formatted(apicId, count));
    }
    this.apicId = apicId;
    this.count = count;
  }

  CpuidTable apply(CpuidTable host) {
    List<CpuidEntry> entries = new ArrayList<>();
    boolean hasTopology = false;
    for (CpuidEntry entry : host.entries()) {
      if (entry.function() == TOPOLOGY || entry.function() == TOPOLOGY_V2) {
        if (entry.index() == 0) {
          addTopology(entries, entry.function());
        }
        hasTopology |= entry.function() == TOPOLOGY;
      } else {
        entries.add(rewrite(entry));
      }
    }
    if (!hasTopology && maxLeaf(host) >= TOPOLOGY) {
      addTopology(entries, TOPOLOGY);
    }
    return new CpuidTable(entries);
  }

  private CpuidEntry rewrite(CpuidEntry e) {
    return switch (e.function()) {
      case FEATURES -> e.with(e.eax(), features(e.ebx()), e.ecx() | ECX_HYPERVISOR, htt(e.edx()));
      case CACHES_INTEL ->
          e.with(
              (e.eax() & ~(CACHE_SHARING | CORES_OF_PACKAGE)) | ((Math.min(count, 64) - 1) << 26),
              e.ebx(),
              e.ecx(),
              e.edx());
      case FEATURES_AMD -> e.with(e.eax(), e.ebx(), cmpLegacy(e.ecx()), e.edx());
      case SIZES_AMD -> e.with(e.eax(), e.ebx(), (count - 1) | (idBits() << 12), e.edx());
      case CACHES_AMD -> e.with(e.eax() & ~CACHE_SHARING, e.ebx(), e.ecx(), e.edx());
      case TOPOLOGY_AMD -> e.with(apicId, apicId, 0, 0);
      default -> e;
    };
  }

  /** Initial APIC id in the top byte, logical processors of the package below it. */
  private int features(int ebx) {
    return (ebx & 0xffff) | (count << 16) | (apicId << 24);
  }

  private int htt(int edx) {
    return count > 1 ? edx | EDX_HTT : edx & ~EDX_HTT;
  }

  private int cmpLegacy(int ecx) {
    return count > 1 ? ecx | ECX_CMP_LEGACY : ecx & ~ECX_CMP_LEGACY;
  }

  private void addTopology(List<CpuidEntry> entries, int function) {
    int flag = CpuidEntry.FLAG_SIGNIFICANT_INDEX;
    entries.add(new CpuidEntry(function, 0, flag, 0, 1, LEVEL_SMT, apicId));
    entries.add(new CpuidEntry(function, 1, flag, idBits(), count, 1 | LEVEL_CORE, apicId));
    entries.add(new CpuidEntry(function, 2, flag, 0, 0, 2, apicId));
  }

  /** The bits of an APIC id that tell the cores of the socket apart. */
  private int idBits() {
    return Integer.SIZE - Integer.numberOfLeadingZeros(count - 1);
  }

  private static int maxLeaf(CpuidTable host) {
    return host.find(0, 0).map(CpuidEntry::eax).orElse(0);
  }
}
