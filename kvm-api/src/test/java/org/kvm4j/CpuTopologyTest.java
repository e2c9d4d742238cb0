package org.kvm4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CpuTopologyTest {

  private static List<Integer> ids(CpuTopology topology) {
    return IntStream.range(0, topology.count()).mapToObj(topology::apicId).toList();
  }

  @Test
  void coresAlone_haveConsecutiveIds() {
    assertEquals(List.of(0, 1, 2, 3, 4), ids(CpuTopology.ofCores(5)));
    assertEquals(254, CpuTopology.ofCores(255).apicId(254));
  }

  @Test
  void eachField_isAsWideAsItsLargestValue() {
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), ids(new CpuTopology(2, 2, 2)));
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13), ids(new CpuTopology(2, 3, 2)));
    assertEquals(List.of(0, 1, 2, 4, 5, 6), ids(new CpuTopology(1, 2, 3)));
    assertEquals(List.of(0, 1, 2), ids(new CpuTopology(3, 1, 1)));
  }

  @Test
  void idsThatNeedX2Apic_areThoseFrom255On() {
    assertEquals(254, CpuTopology.ofCores(255).lastApicId());
    assertFalse(CpuTopology.ofCores(255).needsX2Apic());
    assertTrue(CpuTopology.ofCores(256).needsX2Apic());
    assertEquals(0x7fff, new CpuTopology(8, 2048, 2).lastApicId());

    CpuTopology holes = new CpuTopology(5, 5, 5);
    assertEquals(125, holes.count());
    assertEquals(4 << 6 | 4 << 3 | 4, holes.lastApicId());
    assertTrue(holes.needsX2Apic());
  }

  @Test
  void anId_isKnownAgain() {
    CpuTopology topology = new CpuTopology(2, 3, 2);

    assertEquals(
        ids(topology), IntStream.range(0, 256).filter(topology::hasApicId).boxed().toList());
    assertFalse(topology.hasApicId(-1));
    assertTrue(topology.hasApicId(13));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1",
    "1, 0, 1",
    "1, 1, -1",
    "1, 32769, 1",
    "32769, 1, 1",
    "2, 8193, 2",
    "1, 16385, 2",
    "2147483647, 2147483647, 2147483647",
  })
  void whatHasNoIds_isRefused(int sockets, int cores, int threads) {
    assertThrows(IllegalArgumentException.class, () -> new CpuTopology(sockets, cores, threads));
  }

  @Test
  void aVcpuThatIsNotThere_hasNoId() {
    CpuTopology topology = CpuTopology.ofCores(2);

    assertThrows(IndexOutOfBoundsException.class, () -> topology.apicId(2));
    assertThrows(IndexOutOfBoundsException.class, () -> topology.apicId(-1));
  }
}
