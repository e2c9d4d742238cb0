package org.kvm4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class CpuidTableTest {

  private static final CpuidEntry VENDOR = new CpuidEntry(0, 0, 0, 0x1f, 1, 2, 3);
  private static final CpuidEntry CACHE_0 =
      new CpuidEntry(4, 0, CpuidEntry.FLAG_SIGNIFICANT_INDEX, 0x121, 0, 0, 0);
  private static final CpuidEntry CACHE_1 =
      new CpuidEntry(4, 1, CpuidEntry.FLAG_SIGNIFICANT_INDEX, 0x122, 0, 0, 0);
  private static final CpuidTable TABLE = new CpuidTable(List.of(VENDOR, CACHE_0, CACHE_1));

  @Test
  void find_tellsSubleavesApart_whereTheyMatter() {
    assertEquals(Optional.of(CACHE_0), TABLE.find(4, 0));
    assertEquals(Optional.of(CACHE_1), TABLE.find(4, 1));
    assertEquals(Optional.empty(), TABLE.find(4, 2));
  }

  @Test
  void find_takesAnySubleaf_whereTheyDoNot() {
    assertEquals(Optional.of(VENDOR), TABLE.find(0, 77));
  }

  @Test
  void find_ofALeafThatIsNotThere_isEmpty() {
    assertEquals(Optional.empty(), TABLE.find(0x4000_0000, 0));
  }

  @Test
  void with_replacesInPlace() {
    CpuidEntry changed = CACHE_0.with(1, 2, 3, 4);

    assertEquals(List.of(VENDOR, changed, CACHE_1), TABLE.with(changed).entries());
    assertEquals(CpuidEntry.FLAG_SIGNIFICANT_INDEX, changed.flags());
    assertEquals(List.of(VENDOR, CACHE_0, CACHE_1), TABLE.entries(), "the old table is as it was");
  }

  @Test
  void with_addsWhatIsNew() {
    CpuidEntry signature = new CpuidEntry(0x4000_0000, 0, 0, 0, 0x4b4d_564b, 0, 0);

    assertEquals(List.of(VENDOR, CACHE_0, CACHE_1, signature), TABLE.with(signature).entries());
  }

  @Test
  void theEntries_areCopied() {
    List<CpuidEntry> entries = new ArrayList<>(List.of(VENDOR));
    CpuidTable table = new CpuidTable(entries);
    entries.clear();

    assertEquals(1, table.entries().size());
    assertThrows(UnsupportedOperationException.class, () -> table.entries().clear());
  }
}
