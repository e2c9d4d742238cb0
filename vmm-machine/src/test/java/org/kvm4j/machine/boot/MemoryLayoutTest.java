package org.kvm4j.machine.boot;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.machine.BootException;

class MemoryLayoutTest {

  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private static final List<Range> IN_BASE_MEMORY =
      List.of(
          MemoryLayout.BIOS_DATA_AREA,
          MemoryLayout.GDT,
          MemoryLayout.BOOT_PARAMS,
          MemoryLayout.STACK,
          MemoryLayout.PML4,
          MemoryLayout.PDPT,
          MemoryLayout.PAGE_DIRECTORIES,
          MemoryLayout.COMMAND_LINE);

  private static final List<Range> FIRMWARE =
      List.of(MemoryLayout.EBDA, MemoryLayout.ACPI_TABLES, MemoryLayout.MP_TABLE);

  private static final List<Range> KVM_PAGES =
      List.of(
          Range.ofSize(MemoryLayout.IDENTITY_MAP_ADDRESS, 4096),
          Range.ofSize(MemoryLayout.TSS_ADDRESS, 3 * 4096));

  @Test
  void ramUpTo3GiB_isOneRangeFromZero() {
    MemoryLayout layout = MemoryLayout.ofRam(3 * GIB);

    assertEquals(List.of(new Range(0, 3 * GIB)), layout.ram());
    assertEquals(3 * GIB, layout.ramBytesBelow4GiB());
    assertEquals(0, layout.ramBytesAbove4GiB());
  }

  @Test
  void ramBeyond3GiB_goesOnAt4GiB() {
    MemoryLayout layout = MemoryLayout.ofRam(5 * GIB);

    assertEquals(List.of(new Range(0, 3 * GIB), new Range(4 * GIB, 6 * GIB)), layout.ram());
    assertEquals(3 * GIB, layout.ramBytesBelow4GiB());
    assertEquals(2 * GIB, layout.ramBytesAbove4GiB());
  }

  @ParameterizedTest
  @ValueSource(longs = {2 * MIB, 128 * MIB, 3 * GIB, 3 * GIB + 4096, 64 * GIB, 1024 * GIB})
  void e820_isSortedWithoutOverlapsAndNamesOnlyRealRam(long ramBytes) {
    MemoryLayout layout = MemoryLayout.ofRam(ramBytes);
    long end = 0;

    for (E820Entry entry : layout.e820()) {
      assertTrue(entry.range().start() >= end, () -> "not sorted: " + entry);
      assertTrue(entry.range().sizeBytes() > 0, () -> "empty: " + entry);
      if (entry.type() == E820Entry.Type.RAM) {
        assertTrue(layout.ram().stream().anyMatch(ram -> ram.contains(entry.range())));
      }
      end = entry.range().end();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {2 * MIB, 128 * MIB, 3 * GIB, 64 * GIB})
  void e820_namesAllRamButTheLastKibibytesOfTheFirstMiB(long ramBytes) {
    MemoryLayout layout = MemoryLayout.ofRam(ramBytes);

    long usable =
        layout.e820().stream()
            .filter(entry -> entry.type() == E820Entry.Type.RAM)
            .mapToLong(entry -> entry.range().sizeBytes())
            .sum();

    assertEquals(ramBytes - (0x10_0000 - 0x9_fc00), usable);
  }

  @Test
  void fixedPlaces_doNotOverlap() {
    List<Range> all =
        Stream.of(IN_BASE_MEMORY, FIRMWARE, KVM_PAGES, List.of(MemoryLayout.FIRMWARE))
            .flatMap(List::stream)
            .sorted(Comparator.comparingLong(Range::start))
            .toList();
    long end = 0;

    for (Range place : all) {
      assertTrue(place.start() >= end, () -> place + " overlaps what is before it");
      end = place.end();
    }
  }

  @Test
  void fixedPlaces_areInTheLeastRam() {
    Range ram = MemoryLayout.ofRam(MemoryLayout.LEAST_RAM_BYTES).ram().get(0);

    IN_BASE_MEMORY.forEach(place -> assertTrue(ram.contains(place), place::toString));
    FIRMWARE.forEach(place -> assertTrue(ram.contains(place), place::toString));
  }

  @Test
  void firmwareAndKvmPages_areReservedInE820() {
    List<E820Entry> map = MemoryLayout.ofRam(8 * GIB).e820();

    for (List<Range> places : List.of(FIRMWARE, KVM_PAGES)) {
      for (Range place : places) {
        assertTrue(
            map.stream()
                .anyMatch(
                    entry ->
                        entry.type() == E820Entry.Type.RESERVED && entry.range().contains(place)),
            place::toString);
      }
    }
  }

  @Test
  void kvmPages_areOutsideRam() {
    for (Range ram : MemoryLayout.ofRam(8 * GIB).ram()) {
      KVM_PAGES.forEach(place -> assertFalse(ram.overlaps(place), place::toString));
    }
  }

  @Test
  void ramThatCannotBe_isRefusedWithTheLimit() {
    assertAll(
        () -> assertRefused(0, "at least 2 MiB"),
        () -> assertRefused(-1, "at least 2 MiB"),
        () -> assertRefused(2 * MIB - 4096, "at least 2 MiB"),
        () -> assertRefused(1024 * GIB + 4096, "at most 1024 GiB"),
        () -> assertRefused(Long.MAX_VALUE, "at most 1024 GiB"),
        () -> assertRefused(64 * MIB + 1, "multiple of 4096 bytes"));
  }

  private static void assertRefused(long ramBytes, String reason) {
    BootException e = assertThrows(BootException.class, () -> MemoryLayout.ofRam(ramBytes));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }
}
