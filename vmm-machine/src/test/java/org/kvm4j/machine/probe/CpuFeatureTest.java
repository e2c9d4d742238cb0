package org.kvm4j.machine.probe;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;

final class CpuFeatureTest {

  @Test
  void feature_isOffered_whenItsBitIsSet() {
    CpuidTable table = table(new CpuidEntry(1, 0, 0, 0, 0, 1 << 13, 0));

    assertTrue(CpuFeature.CX16.isOfferedBy(table));
    assertFalse(CpuFeature.POPCNT.isOfferedBy(table));
  }

  @Test
  void feature_isReadFromItsOwnSubleaf() {
    int flag = CpuidEntry.FLAG_SIGNIFICANT_INDEX;
    CpuidTable subleaf0 = table(new CpuidEntry(0xd, 0, flag, 1 << 3, 0, 0, 0));
    CpuidTable subleaf1 = table(new CpuidEntry(0xd, 1, flag, 1 << 3, 0, 0, 0));

    assertFalse(CpuFeature.XSAVES.isOfferedBy(subleaf0));
    assertTrue(CpuFeature.XSAVES.isOfferedBy(subleaf1));
  }

  @Test
  void feature_isNotOffered_withoutItsLeaf() {
    assertFalse(CpuFeature.SMAP.isOfferedBy(table()));
  }

  private static CpuidTable table(CpuidEntry... entries) {
    return new CpuidTable(List.of(entries));
  }
}
