package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.Buses;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.MemorySlot;
import org.kvm4j.Vcpu;
import org.kvm4j.VcpuExit;
import org.kvm4j.Vm;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;
import org.kvm4j.core.abi.KvmClearDirtyLog;
import org.kvm4j.core.abi.KvmDirtyGfn;
import org.kvm4j.core.abi.KvmDirtyLog;
import org.kvm4j.core.abi.KvmEnableCap;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.memory.MemorySlots;
import org.kvm4j.memory.MemorySpec;
import org.kvm4j.memory.PageBitmap;

/** Written pages by bitmap and by ring. */
final class DirtyLogTest {

  private static final int RING_BYTES = 4096;

  @AutoClose private final ScriptedVm scripted = new ScriptedVm();
  private final ScriptedKernel kernel = scripted.kernel;
  private final Buses buses = new Buses(mock(PioBus.class), mock(MmioBus.class));
  private final Vm vm = scripted.vm;
  private final MemorySlots slots = vm.slots();

  @Test
  void theDirtyLog_isTheKernelsBitmap_withinTheSlot() {
    vm.addMemory(0, 0x1000);
    MemorySlot slot = logged(70);
    kernel.always(
        "KVM_GET_DIRTY_LOG",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmDirtyLog.SIZEOF);
          assertEquals(1, b.getInt(KvmDirtyLog.SLOT));
          ByteBuffer bits = kernel.at(b.getLong(KvmDirtyLog.DIRTY_BITMAP), 16);
          bits.putLong(0, 0b1010).putLong(8, -1L << 5); // pages 70 and above do not exist
          return 0;
        });

    PageBitmap dirty = slots.dirtyLog(slot);

    assertEquals(70, dirty.pageCount());
    assertArrayEquals(new int[] {1, 3, 69}, dirty.pages().toArray());
    assertArrayEquals(
        new long[] {0x10_1000, 0x10_3000, 0x14_5000}, dirty.addresses(slot).toArray());
  }

  @Test
  void clearing_namesSlotAndRange() {
    vm.addMemory(0, 0x1000);
    MemorySlot slot = logged(200);
    List<Long> asked = new ArrayList<>();
    kernel.always(
        "KVM_CLEAR_DIRTY_LOG",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmClearDirtyLog.SIZEOF);
          asked.add((long) b.getInt(KvmClearDirtyLog.SLOT));
          asked.add((long) b.getInt(KvmClearDirtyLog.NUM_PAGES));
          asked.add(b.getLong(KvmClearDirtyLog.FIRST_PAGE));
          ByteBuffer bits = kernel.at(b.getLong(KvmClearDirtyLog.DIRTY_BITMAP), 16);
          asked.add(bits.getLong(0));
          asked.add(bits.getLong(8));
          return 0;
        });
    BitSet pages = new BitSet();
    pages.set(2);
    pages.set(71);

    slots.clearDirtyLog(slot, 128, PageBitmap.of(72, pages));

    assertEquals(List.of(1L, 72L, 128L, 4L, 0x80L), asked);
  }

  @ParameterizedTest
  @CsvSource({"1, 64", "63, 137", "0, 63", "64, 65", "192, 9", "-64, 64", "0, 201"})
  void clearingWhatKvmWouldRefuse_isRefused(int first, int count) {
    MemorySlot slot = logged(200);

    assertThrows(
        IllegalArgumentException.class,
        () -> slots.clearDirtyLog(slot, first, PageBitmap.full(count)));
  }

  @ParameterizedTest
  @CsvSource({"0, 200", "64, 64", "64, 136", "192, 8"})
  void clearingWholeWords_orUpToTheEnd_isTaken(int first, int count) {
    slots.clearDirtyLog(logged(200), first, PageBitmap.full(count));

    assertTrue(kernel.calls().contains("KVM_CLEAR_DIRTY_LOG"));
  }

  @Test
  void aSlotWithoutLog_hasNoBitmap() {
    MemorySlot slot = vm.addMemory(0, 0x1000);

    assertEquals(
        "KVM_GET_DIRTY_LOG: slot 0 has no dirty log. Switch it on with setDirtyLogged()",
        assertThrows(IllegalArgumentException.class, () -> slots.dirtyLog(slot)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({"false, 1", "true, 3"})
  void manualProtection_isEnabledWithItsFlags(boolean initiallySet, long flags) {
    List<Long> asked = recordEnableCap();

    slots.enableManualDirtyLogProtect(initiallySet);

    assertEquals(List.of(168L, flags), asked);
  }

  @Test
  void manualProtection_withoutInitiallySet_saysSo() {
    kernel.next("KVM_CHECK_EXTENSION", number -> 1);

    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> slots.enableManualDirtyLogProtect(true))
            .getMessage()
            .contains("lacks KVM_DIRTY_LOG_INITIALLY_SET"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -4096, 2048, 4097, 3 * 4096, 1 << 21, Integer.MIN_VALUE})
  void aRingOfAWrongSize_isRefused(int size) {
    assertThrows(IllegalArgumentException.class, () -> slots.enableDirtyRings(size));
  }

  @Test
  void rings_comeOnce_andBeforeTheFirstVcpu() {
    List<Long> asked = recordEnableCap();

    slots.enableDirtyRings(RING_BYTES);

    assertEquals(List.of(192L, (long) RING_BYTES), asked);
    assertThrows(IllegalStateException.class, () -> slots.enableDirtyRings(RING_BYTES));
    try (Vm other = scripted.hypervisor.createVm()) {
      Vcpu vcpu = other.createVcpu(0, buses);
      assertEquals(
          "KVM_CAP_DIRTY_LOG_RING must come before the first vCPU",
          assertThrows(
                  IllegalStateException.class, () -> other.slots().enableDirtyRings(RING_BYTES))
              .getMessage());
      assertEquals(0, vcpu.dirtyRing().capacity());
      assertThrows(IllegalStateException.class, () -> vcpu.dirtyRing().harvest((s, page) -> {}));
      assertThrows(IllegalStateException.class, other.slots()::resetDirtyRings);
    }
  }

  @Test
  void withRings_thereIsNoBitmap() {
    slots.enableDirtyRings(RING_BYTES);
    MemorySlot slot = logged(64);

    assertThrows(IllegalStateException.class, () -> slots.dirtyLog(slot));
    assertThrows(
        IllegalStateException.class, () -> slots.clearDirtyLog(slot, 0, PageBitmap.full(64)));
  }

  @Test
  void ifARingWasEnabledByHand_theKernelsRefusalSaysSo() {
    MemorySlot slot = logged(64);
    kernel.failsOnce("KVM_GET_DIRTY_LOG", Errno.ENXIO);

    assertTrue(
        assertThrows(KvmIoctlException.class, () -> slots.dirtyLog(slot))
            .getMessage()
            .endsWith(
                "With dirty rings KVM keeps no bitmap: take the pages from"
                    + " Vcpu.dirtyRing()."));
  }

  @Test
  void harvesting_visitsInOrder_marksForReset_andGoesRoundTheRing() {
    slots.enableDirtyRings(RING_BYTES);
    MemorySlot slot = logged(300);
    Vcpu vcpu = vm.createVcpu(0, buses);
    int capacity = vcpu.dirtyRing().capacity();
    assertEquals(256, capacity);
    ByteBuffer ring = kernel.mappingOf(RING_BYTES);
    List<Integer> pages = new ArrayList<>();
    for (int i = 0; i < capacity; i++) {
      entry(ring, i, 0, 299 - i);
    }

    assertEquals(256, vcpu.dirtyRing().harvest((s, page) -> pages.add(page)));
    assertEquals(299, pages.get(0));
    assertEquals(44, pages.get(255));
    assertEquals(KvmDirtyGfn.KVM_DIRTY_GFN_F_RESET, ring.getInt(255 * 16));
    assertEquals(0, vcpu.dirtyRing().harvest((s, page) -> pages.add(page)), "all are marked");

    entry(ring, 0, 0, 7);
    assertEquals(
        1,
        vcpu.dirtyRing()
            .harvest(
                (s, page) -> {
                  assertEquals(slot, s);
                  assertEquals(7, page);
                }));
    kernel.always("KVM_RESET_DIRTY_RINGS", argument -> 257);
    assertEquals(257, slots.resetDirtyRings());
  }

  @Test
  void entriesOutsideEverySlot_areTakenButNotShown() {
    slots.enableDirtyRings(RING_BYTES);
    logged(64);
    Vcpu vcpu = vm.createVcpu(0, buses);
    ByteBuffer ring = kernel.mappingOf(RING_BYTES);
    entry(ring, 0, 1, 0);
    entry(ring, 1, 0, 64);
    entry(ring, 2, 0, -1);
    entry(ring, 3, 0x1_0000, 0);
    entry(ring, 4, 0, 63);
    List<Integer> pages = new ArrayList<>();

    assertEquals(5, vcpu.dirtyRing().harvest((s, page) -> pages.add(page)));

    assertEquals(List.of(63), pages);
  }

  @Test
  void aVisitorThatThrows_losesNoPage() {
    slots.enableDirtyRings(RING_BYTES);
    logged(64);
    Vcpu vcpu = vm.createVcpu(0, buses);
    entry(kernel.mappingOf(RING_BYTES), 0, 0, 5);

    assertThrows(
        ArithmeticException.class,
        () ->
            vcpu.dirtyRing()
                .harvest(
                    (s, page) -> {
                      throw new ArithmeticException();
                    }));

    assertEquals(1, vcpu.dirtyRing().harvest((s, page) -> assertEquals(5, page)));
  }

  @Test
  void aRingThatCannotBeMapped_leavesNoVcpu() {
    slots.enableDirtyRings(RING_BYTES);
    kernel.next("mmap", length -> 0, length -> -Errno.ENOMEM);

    assertTrue(
        assertThrows(KvmIoctlException.class, () -> vm.createVcpu(0, buses))
            .getMessage()
            .startsWith("mmap of dirty ring, 4096 bytes: ENOMEM (12)."));

    assertEquals(List.of("munmap", "close"), lastTwo());
  }

  @Test
  void afterClose_aRingIsNotTouched() {
    slots.enableDirtyRings(RING_BYTES);
    Vcpu vcpu = vm.createVcpu(0, buses);
    vcpu.close();

    assertThrows(IllegalStateException.class, () -> vcpu.dirtyRing().harvest((s, page) -> {}));
  }

  @Test
  void aVisitorThatCloses_endsTheHarvest_beforeTheUnmappedRingIsTouched() {
    slots.enableDirtyRings(RING_BYTES);
    logged(300);
    Vcpu vcpu = vm.createVcpu(0, buses);
    ByteBuffer ring = kernel.mappingOf(RING_BYTES);
    entry(ring, 0, 0, 7);

    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class, () -> vcpu.dirtyRing().harvest((s, page) -> vcpu.close()));

    assertEquals("vCPU 0 is closed", refused.getMessage());
    assertEquals(KvmDirtyGfn.KVM_DIRTY_GFN_F_DIRTY, ring.getInt(KvmDirtyGfn.FLAGS), "untouched");
  }

  @Test
  void aVisitorThatHarvests_marksNoEntryThatNobodyHasSeen() {
    slots.enableDirtyRings(RING_BYTES);
    logged(300);
    Vcpu vcpu = vm.createVcpu(0, buses);
    ByteBuffer ring = kernel.mappingOf(RING_BYTES);
    entry(ring, 0, 0, 7);
    List<Integer> pages = new ArrayList<>();

    vcpu.dirtyRing()
        .harvest(
            (s, page) -> {
              pages.add(page);
              if (pages.size() == 1) {
                vcpu.dirtyRing().harvest((same, again) -> pages.add(again));
                entry(ring, 1, 0, 8);
              }
            });

    assertTrue(pages.contains(8), () -> "pages " + pages);
  }

  @Test
  void aFullRing_isAnExit() {
    Vcpu vcpu = vm.createVcpu(0, buses);
    kernel.exits(ScriptedExit.reason(KvmRun.KVM_EXIT_DIRTY_RING_FULL));

    assertEquals(new VcpuExit.DirtyRingFull(), vcpu.run());
  }

  @Test
  void aBitmap_isAValue() {
    BitSet bits = new BitSet();
    bits.set(3);
    PageBitmap bitmap = PageBitmap.of(64, bits);
    bits.set(4);

    assertEquals(1, bitmap.cardinality());
    assertTrue(bitmap.contains(3) && !bitmap.contains(4) && !bitmap.isEmpty());
    assertEquals(bitmap, PageBitmap.of(64, bitmap.toBitSet()));
    assertEquals(bitmap.hashCode(), PageBitmap.of(64, bitmap.toBitSet()).hashCode());
    assertTrue(bitmap.range(4, 8).isEmpty());
    assertTrue(bitmap.range(2, 8).contains(1));
    assertEquals("{3} of 64 pages", bitmap.toString());
    assertThrows(IndexOutOfBoundsException.class, () -> bitmap.range(60, 5));
    assertThrows(IllegalArgumentException.class, () -> PageBitmap.of(3, bits));
    assertThrows(IllegalArgumentException.class, () -> PageBitmap.full(0));
  }

  private MemorySlot logged(int pages) {
    return slots.add(MemorySpec.ram(0x10_0000, pages * 0x1000L).withDirtyLog());
  }

  private List<Long> recordEnableCap() {
    List<Long> asked = new ArrayList<>();
    kernel.always(
        "KVM_ENABLE_CAP",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmEnableCap.SIZEOF);
          asked.add((long) b.getInt(KvmEnableCap.CAP));
          asked.add(b.getLong(KvmEnableCap.ARGS));
          return 0;
        });
    return asked;
  }

  private static void entry(ByteBuffer ring, int index, int slot, long offset) {
    int at = index * KvmDirtyGfn.SIZEOF;
    ring.putInt(at + KvmDirtyGfn.SLOT, slot).putLong(at + KvmDirtyGfn.OFFSET, offset);
    ring.putInt(at + KvmDirtyGfn.FLAGS, KvmDirtyGfn.KVM_DIRTY_GFN_F_DIRTY);
  }

  private List<String> lastTwo() {
    List<String> calls = kernel.calls();
    return calls.subList(calls.size() - 2, calls.size());
  }
}
