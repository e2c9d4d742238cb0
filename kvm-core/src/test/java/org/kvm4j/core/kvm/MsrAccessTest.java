package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.core.abi.KvmEnableCap;
import org.kvm4j.core.abi.KvmMsrFilter;
import org.kvm4j.msr.MsrDirection;
import org.kvm4j.msr.MsrExitReason;
import org.kvm4j.msr.MsrFilter;
import org.kvm4j.msr.MsrRange;

/** What the kernel reads of a filter. */
final class MsrAccessTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;

  @Test
  void reasons_areOneMask() {
    List<Long> masks = new ArrayList<>();
    kernel.always(
        "KVM_ENABLE_CAP",
        argument -> {
          ByteBuffer cap = kernel.at(argument, KvmEnableCap.SIZEOF);
          assertEquals(KvmCapability.X86_USER_SPACE_MSR.number(), cap.getInt(KvmEnableCap.CAP));
          masks.add(cap.getLong(KvmEnableCap.ARGS));
          return 0;
        });

    machine.vm.msrAccess().forward(Set.of());
    machine.vm.msrAccess().forward(Set.of(MsrExitReason.UNKNOWN, MsrExitReason.FILTER));
    machine.vm.msrAccess().forward(EnumSet.allOf(MsrExitReason.class));

    assertEquals(List.of(0L, 6L, 7L), masks);
  }

  @Test
  void noFilter_allowsEverything() {
    kernel.next(
        "KVM_X86_SET_MSR_FILTER",
        argument -> {
          ByteBuffer filter = kernel.at(argument, KvmMsrFilter.SIZEOF);
          for (int i = 0; i < KvmMsrFilter.SIZEOF; i++) {
            assertEquals(0, filter.get(i));
          }
          return 0;
        });

    machine.vm.msrAccess().setFilter(MsrFilter.none());
  }

  @Test
  void ranges_reachTheKernelInOrder_eachWithABitmapOfWholeWords() {
    BitSet some = new BitSet();
    some.set(0);
    some.set(9);
    some.set(64);
    MsrFilter filter =
        MsrFilter.denyingOthers(
            new MsrRange(0x174, 65, EnumSet.of(MsrDirection.READ), some),
            new MsrRange(0xc000_0080, 3, EnumSet.of(MsrDirection.WRITE), new BitSet()),
            MsrRange.allowing(0xffff_fff8, 8));
    kernel.next(
        "KVM_X86_SET_MSR_FILTER",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmMsrFilter.SIZEOF);
          assertEquals(1, b.getInt(KvmMsrFilter.FLAGS), "others are denied");
          assertRange(b, 0, 1, 65, 0x174, 0x201, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
          assertRange(b, 1, 2, 3, 0xc000_0080, 0, 0, 0, 0, 0, 0, 0, 0);
          assertRange(b, 2, 3, 8, 0xffff_fff8, 0xff, 0, 0, 0, 0, 0, 0, 0);
          assertEquals(0, b.getInt(at(3) + KvmMsrFilter.RANGE_NMSRS), "no fourth");
          return 0;
        });

    machine.vm.msrAccess().setFilter(filter);
  }

  @Test
  void sixteenRangesOfTheGreatestLength_fit() {
    MsrRange[] ranges = new MsrRange[MsrFilter.MOST_RANGES];
    for (int i = 0; i < ranges.length; i++) {
      ranges[i] = MsrRange.allowing(i * MsrRange.MOST_MSRS, MsrRange.MOST_MSRS);
    }
    kernel.next(
        "KVM_X86_SET_MSR_FILTER",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmMsrFilter.SIZEOF);
          long bitmap = b.getLong(at(15) + KvmMsrFilter.RANGE_BITMAP);
          assertEquals(-1, kernel.at(bitmap, 0x600).get(0x5ff));
          assertEquals(bitmap, b.getLong(at(14) + KvmMsrFilter.RANGE_BITMAP) + 0x600);
          return 0;
        });

    machine.vm.msrAccess().setFilter(MsrFilter.denyingOthers(ranges));
  }

  /** The first two bytes of the bitmap as one number, then each byte. */
  private void assertRange(
      ByteBuffer b, int index, int flags, int count, int base, int firstTwo, int... rest) {
    int at = at(index);
    assertEquals(flags, b.getInt(at + KvmMsrFilter.RANGE_FLAGS));
    assertEquals(count, b.getInt(at + KvmMsrFilter.RANGE_NMSRS));
    assertEquals(base, b.getInt(at + KvmMsrFilter.RANGE_BASE));
    byte[] expected = new byte[(count + 63) / 64 * 8];
    expected[0] = (byte) firstTwo;
    expected[1] = (byte) (firstTwo >>> 8);
    for (int i = 0; i < expected.length - 2; i++) {
      expected[i + 2] = (byte) rest[i];
    }
    byte[] bitmap = new byte[expected.length];
    kernel.at(b.getLong(at + KvmMsrFilter.RANGE_BITMAP), bitmap.length).get(bitmap);
    assertArrayEquals(expected, bitmap);
  }

  private static int at(int index) {
    return KvmMsrFilter.RANGES + index * KvmMsrFilter.SIZEOF_RANGE;
  }
}
