package org.kvm4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a guest makes of its CPUID. */
final class CpuidTopologyTest {

  private static final int SUBLEAF = CpuidEntry.FLAG_SIGNIFICANT_INDEX;

  /** A host of two sockets with hyper-threads, whose CPU 0x3b happened to answer. */
  private static final CpuidTable HOST =
      new CpuidTable(
          List.of(
              new CpuidEntry(0, 0, 0, 0x1f, 0, 0, 0),
              new CpuidEntry(1, 0, 0, 0x0005_0654, 0x3b40_0800, 0x7ffe_fbff, 0xbfeb_fbff),
              new CpuidEntry(4, 0, SUBLEAF, 0x7c00_4121, 0x01c0_003f, 63, 0),
              new CpuidEntry(4, 3, SUBLEAF, 0x7c0f_c163, 0x0280_003f, 57343, 4),
              new CpuidEntry(7, 0, SUBLEAF, 0, 0xd39f_fffb, 0x808, 0xbc00_0400),
              new CpuidEntry(0xb, 0, SUBLEAF, 1, 2, 0x100, 0x3b),
              new CpuidEntry(0xb, 1, SUBLEAF, 6, 0x28, 0x201, 0x3b),
              new CpuidEntry(0x1f, 0, SUBLEAF, 1, 2, 0x100, 0x3b),
              new CpuidEntry(0x8000_0001, 0, 0, 0, 0, 0x121, 0x2c10_0800),
              new CpuidEntry(0x8000_0008, 0, 0, 0x302e, 0x1234, 0x403f, 0x1_0000),
              new CpuidEntry(0x8000_001d, 0, SUBLEAF, 0x0000_4121, 0x01c0_003f, 63, 0),
              new CpuidEntry(0x8000_001e, 0, 0, 0x3b, 0x11d, 1, 0)));

  @ParameterizedTest
  @CsvSource({"0, 1", "0, 2", "1, 2", "2, 3", "254, 255"})
  void theApicId_isTheVcpusEverywhere(int apicId, int count) {
    CpuidTable table = HOST.forVcpu(apicId, count);

    assertEquals(apicId, entry(table, 1, 0).ebx() >>> 24);
    for (int subleaf = 0; subleaf <= 2; subleaf++) {
      assertEquals(apicId, entry(table, 0xb, subleaf).edx());
      assertEquals(apicId, entry(table, 0x1f, subleaf).edx());
    }
    assertEquals(apicId, entry(table, 0x8000_001e, 0).eax());
    assertEquals(apicId, entry(table, 0x8000_001e, 0).ebx() & 0xff, "core id");
  }

  /** Leaf 1 has the lowest bits of an x2APIC id; the core's number has 8 bits, too. */
  @ParameterizedTest
  @CsvSource({"255, 300", "299, 300", "1023, 1024"})
  void idsOf32Bits_areWhereThereIsRoomForThem(int apicId, int count) {
    CpuidTable table = HOST.forVcpu(apicId, count);

    assertEquals(apicId & 0xff, entry(table, 1, 0).ebx() >>> 24);
    for (int subleaf = 0; subleaf <= 2; subleaf++) {
      assertEquals(apicId, entry(table, 0xb, subleaf).edx());
      assertEquals(apicId, entry(table, 0x1f, subleaf).edx());
    }
    assertEquals(apicId, entry(table, 0x8000_001e, 0).eax());
    assertEquals(apicId & 0xff, entry(table, 0x8000_001e, 0).ebx());
  }

  /** What lies beside a field would change if a number ran over. */
  @Test
  void numbersThatDoNotFitTheirField_areItsGreatest() {
    CpuidTable large = HOST.forVcpu(0, 1024);
    assertEquals(0x00ff_0800, entry(large, 1, 0).ebx());
    assertEquals(0xa0ff, entry(large, 0x8000_0008, 0).ecx(), "1024 threads, 10 bits");
    assertEquals(0xfcff_c163, entry(large, 4, 3).eax(), "shared by 1024");

    CpuidTable larger = HOST.forVcpu(0x7fff, 0x8000);
    assertEquals(0xf0ff, entry(larger, 0x8000_0008, 0).ecx(), "32768 threads, 15 bits");
    assertEquals(0xffff_c163, entry(larger, 4, 3).eax(), "a 12-bit field");

    CpuidTable threads = HOST.forVcpu(0x7fff, new CpuTopology(32, 1, 1024));
    assertEquals(0xff00, entry(threads, 0x8000_001e, 0).ebx());
    CpuidTable sockets = HOST.forVcpu(0x7ffe, new CpuTopology(0x8000, 1, 1));
    assertEquals(0xfe, entry(sockets, 0x8000_001e, 0).ecx());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0", "2, 1", "3, 2", "4, 2", "5, 3", "8, 3", "64, 6", "65, 7", "128, 7", "255, 8",
  })
  void theExtendedTopology_hasOneThreadACore_andAllCoresInOneSocket(int count, int idBits) {
    CpuidTable table = HOST.forVcpu(0, count);

    for (int leaf : new int[] {0xb, 0x1f}) {
      assertEquals(new CpuidEntry(leaf, 0, SUBLEAF, 0, 1, 0x100, 0), entry(table, leaf, 0));
      assertEquals(
          new CpuidEntry(leaf, 1, SUBLEAF, idBits, count, 0x201, 0), entry(table, leaf, 1));
      assertEquals(new CpuidEntry(leaf, 2, SUBLEAF, 0, 0, 2, 0), entry(table, leaf, 2));
    }
    assertEquals(count - 1 | idBits << 12, entry(table, 0x8000_0008, 0).ecx());
  }

  @Test
  void aHostWithoutLeafB_getsOne_ifItsLeavesGoThatFar() {
    CpuidTable withIt =
        new CpuidTable(List.of(new CpuidEntry(0, 0, 0, 0xd, 0, 0, 0))).forVcpu(1, 2);
    CpuidTable tooOld =
        new CpuidTable(List.of(new CpuidEntry(0, 0, 0, 0xa, 0, 0, 0))).forVcpu(1, 2);

    assertEquals(1, entry(withIt, 0xb, 1).edx());
    assertEquals(1, tooOld.entries().size());
    assertEquals(1, withIt.find(0xb, 0).stream().count());
  }

  @Test
  void aHostWithoutLeaf1f_getsNone() {
    CpuidTable table =
        new CpuidTable(List.of(new CpuidEntry(0, 0, 0, 0x1f, 0, 0, 0))).forVcpu(0, 1);

    assertEquals(4, table.entries().size(), "leaf 0 and three subleaves of 0xb");
  }

  @Test
  void oneVcpu_hasNoHyperThreadingBit_severalHave() {
    assertEquals(0xafeb_fbff, entry(HOST.forVcpu(0, 1), 1, 0).edx());
    assertEquals(0xbfeb_fbff, entry(HOST.forVcpu(0, 2), 1, 0).edx());
    assertEquals(0x121, entry(HOST.forVcpu(0, 1), 0x8000_0001, 0).ecx());
    assertEquals(0x123, entry(HOST.forVcpu(0, 2), 0x8000_0001, 0).ecx());
  }

  @Test
  void leaf1_keepsWhatIsTheProcessors_andSaysThatThereIsAHypervisor() {
    CpuidEntry features = entry(HOST.forVcpu(2, 4), 1, 0);

    assertEquals(0x0005_0654, features.eax());
    assertEquals(0x0204_0800, features.ebx(), "APIC id, 4 processors, CLFLUSH line");
    assertEquals(0xfffe_fbff, features.ecx());
  }

  @Test
  void caches_areSharedByTheThreadsOfACore_andFromLevel3ByTheSocket() {
    CpuidTable cores = HOST.forVcpu(0, 4);

    assertEquals(0x0c00_0121, entry(cores, 4, 0).eax(), "4 cores, not shared");
    assertEquals(0x0c00_c163, entry(cores, 4, 3).eax(), "shared by 4");
    assertEquals(57343, entry(cores, 4, 3).ecx(), "sets stay");
    assertEquals(0x121, entry(cores, 0x8000_001d, 0).eax());
    assertEquals(0xfc00_0121, entry(HOST.forVcpu(0, 255), 4, 0).eax(), "a 6-bit field");

    CpuidTable threads = HOST.forVcpu(0, new CpuTopology(2, 3, 2));
    assertEquals(0x0c00_4121, entry(threads, 4, 0).eax(), "ids of 4 cores, shared by 2 threads");
    assertEquals(0x0c01_c163, entry(threads, 4, 3).eax(), "shared by 8 ids");
    assertEquals(0x4121, entry(threads, 0x8000_001d, 0).eax());
  }

  /** 2 sockets of 3 cores of 2 threads: one bit for threads, two for cores. */
  @Test
  void socketsCoresAndThreads_areFieldsOfTheApicId() {
    CpuTopology topology = new CpuTopology(2, 3, 2);
    int apicId = topology.apicId(9); // socket 1, core 1, thread 1
    CpuidTable table = HOST.forVcpu(apicId, topology);

    assertEquals(0b1_01_1, apicId);
    assertEquals(0x0b06_0800, entry(table, 1, 0).ebx(), "6 threads in the socket");
    for (int leaf : new int[] {0xb, 0x1f}) {
      assertEquals(new CpuidEntry(leaf, 0, SUBLEAF, 1, 2, 0x100, 11), entry(table, leaf, 0));
      assertEquals(new CpuidEntry(leaf, 1, SUBLEAF, 3, 6, 0x201, 11), entry(table, leaf, 1));
    }
    assertEquals(0x3005, entry(table, 0x8000_0008, 0).ecx(), "6 threads, 3 bits");
    CpuidEntry amd = entry(table, 0x8000_001e, 0);
    assertEquals(11, amd.eax());
    assertEquals(0x101, amd.ebx(), "core 1, two threads");
    assertEquals(1, amd.ecx(), "node of socket 1");
  }

  @Test
  void severalSocketsOfOneThread_haveNoHyperThreading() {
    CpuidTable table = HOST.forVcpu(3, new CpuTopology(4, 1, 1));

    assertEquals(0xafeb_fbff, entry(table, 1, 0).edx());
    assertEquals(0x0301_0800, entry(table, 1, 0).ebx());
    assertEquals(0, entry(table, 0xb, 1).eax());
  }

  /** As the CPU of an emulated machine: Linux would take its threads for cores. */
  @Test
  void anOldProcessorOfAmds_getsTheTopologyExtensions_ifThereAreThreads() {
    CpuidTable old =
        new CpuidTable(
            List.of(
                new CpuidEntry(0, 0, 0, 0xd, 0x6874_7541, 0x444d_4163, 0x6974_6e65),
                new CpuidEntry(0x8000_0000, 0, 0, 0x8000_000a, 0, 0, 0),
                new CpuidEntry(0x8000_0001, 0, 0, 0, 0, 1, 0)));

    CpuidTable threads = old.forVcpu(3, new CpuTopology(1, 2, 2));
    assertEquals(0x8000_001e, entry(threads, 0x8000_0000, 0).eax());
    assertEquals(1 | 1 << 1 | 1 << 22, entry(threads, 0x8000_0001, 0).ecx());
    assertEquals(new CpuidEntry(0x8000_001e, 0, 0, 3, 0x101, 0, 0), entry(threads, 0x8000_001e, 0));

    CpuidTable cores = old.forVcpu(3, 4);
    assertEquals(0x8000_000a, entry(cores, 0x8000_0000, 0).eax());
    assertEquals(3, entry(cores, 0x8000_0001, 0).ecx());
  }

  /** Linux would take its threads for cores. */
  @Test
  void intelsProcessors_neverHaveAmdsLegacyBit() {
    CpuidTable intel = HOST.with(new CpuidEntry(0, 0, 0, 0x1f, 0x756e_6547, 0x6c65_746e, 0));

    assertEquals(0x121, entry(intel.forVcpu(0, 2), 0x8000_0001, 0).ecx());
  }

  @Test
  void otherLeaves_stayAsTheyAre() {
    CpuidTable table = HOST.forVcpu(1, 2);

    assertEquals(entry(HOST, 7, 0), entry(table, 7, 0));
    assertEquals(entry(HOST, 0, 0), entry(table, 0, 0));
    assertEquals(0x302e, entry(table, 0x8000_0008, 0).eax());
  }

  @Test
  void applyingItTwice_changesNothingMore() {
    CpuidTable once = HOST.forVcpu(1, 4);

    assertEquals(once, once.forVcpu(1, 4));
  }

  @ParameterizedTest
  @CsvSource({"-1, 1, 1, 1", "1, 1, 1, 1", "3, 1, 3, 1", "6, 2, 3, 2", "16, 2, 3, 2"})
  void idsThatNoVcpuHas_areRefused(int apicId, int sockets, int cores, int threads) {
    CpuTopology topology = new CpuTopology(sockets, cores, threads);

    assertThrows(IllegalArgumentException.class, () -> HOST.forVcpu(apicId, topology));
  }

  private static CpuidEntry entry(CpuidTable table, int function, int index) {
    return table.find(function, index).orElseThrow();
  }
}
