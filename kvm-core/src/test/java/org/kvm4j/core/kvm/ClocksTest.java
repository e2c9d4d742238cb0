package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.clock.KvmClock;
import org.kvm4j.clock.KvmClockFlag;
import org.kvm4j.clock.VcpuTsc;
import org.kvm4j.clock.VmClocks;
import org.kvm4j.core.abi.KvmClockData;
import org.kvm4j.core.abi.KvmDeviceAttr;
import org.kvm4j.core.sys.Errno;

/** kvm-clock and TSC to the kernel's structs and back. */
final class ClocksTest {

  private static final int ALL_FLAGS = 2 | 4 | 8;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final VmClocks clocks = machine.vm.clocks();
  private final VcpuTsc tsc = machine.vcpu.tsc();

  @Test
  void kvmClock_hasAllThatItsFlagsAllow() {
    kernel.next("KVM_GET_CLOCK", argument -> clock(argument, ALL_FLAGS));

    assertEquals(
        new KvmClock(0x1111_2222_3333L, Set.of(KvmClockFlag.values()), 0x4444_5555L, 0x6666_7777L),
        clocks.kvmClock());
  }

  @Test
  void kvmClock_leavesOutWhatHasNoFlag_andFlagsThatAreNewer() {
    kernel.next("KVM_GET_CLOCK", argument -> clock(argument, 2 | 0x40));

    assertEquals(
        new KvmClock(0x1111_2222_3333L, Set.of(KvmClockFlag.TSC_STABLE), 0, 0), clocks.kvmClock());
  }

  @Test
  void aClockFromAnOldKernel_hasNoFlags() {
    kernel.next("KVM_GET_CLOCK", argument -> clock(argument, 0));

    assertEquals(new KvmClock(0x1111_2222_3333L, Set.of(), 0, 0), clocks.kvmClock());
  }

  @ParameterizedTest
  @CsvSource({"-1, 0, 0", "0, 1, 0", "0, 0, 1"})
  void aClock_thatContradictsItself_isRefused(long nanos, long realtime, long hostTsc) {
    assertThrows(
        IllegalArgumentException.class,
        () -> new KvmClock(nanos, Set.of(KvmClockFlag.TSC_STABLE), realtime, hostTsc));
  }

  @Test
  void setKvmClock_setsTheTimeAlone() {
    AtomicReference<KvmClock> set = keepClock();

    clocks.setKvmClock(0x1234_5678_9abcL);

    assertEquals(new KvmClock(0x1234_5678_9abcL, Set.of(), 0, 0), set.get());
  }

  @Test
  void setKvmClock_withARealTime_saysSo() {
    kernel.always("KVM_CHECK_EXTENSION", capability -> ALL_FLAGS);
    AtomicReference<KvmClock> set = keepClock();

    clocks.setKvmClock(0x1234, 0x5678_9abc_def0L);

    assertEquals(
        new KvmClock(0x1234, Set.of(KvmClockFlag.REALTIME), 0x5678_9abc_def0L, 0), set.get());
  }

  @Test
  void setKvmClock_withARealTime_needsAKernelThatTakesIt() {
    kernel.always("KVM_CHECK_EXTENSION", capability -> 2);

    KvmCapabilityException refused =
        assertThrows(KvmCapabilityException.class, () -> clocks.setKvmClock(1, 2));

    assertEquals(KvmCapability.ADJUST_CLOCK, refused.capability());
    assertTrue(
        refused.getMessage().contains("KVM_CLOCK_REALTIME (Linux 5.16)"), refused.getMessage());
    assertFalse(kernel.calls().contains("KVM_SET_CLOCK"));
  }

  @Test
  void negativeTimes_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> clocks.setKvmClock(-1));
    assertThrows(IllegalArgumentException.class, () -> clocks.setKvmClock(-1, 0));
    assertThrows(IllegalArgumentException.class, () -> clocks.setKvmClock(0, -1));
    assertFalse(kernel.calls().contains("KVM_SET_CLOCK"));
  }

  @Test
  void kvmClockFlags_areTheCapabilitysValue() {
    kernel.always("KVM_CHECK_EXTENSION", capability -> capability == 39 ? 2 | 8 : 1);

    assertEquals(Set.of(KvmClockFlag.TSC_STABLE, KvmClockFlag.HOST_TSC), clocks.kvmClockFlags());
  }

  @Test
  void tscFrequencies_ofVmAndVcpu_areNumbersOfTheCallsThemselves() {
    AtomicReference<Long> set = new AtomicReference<>();
    kernel.always(
        "KVM_SET_TSC_KHZ",
        khz -> {
          set.set(khz);
          return 0;
        });
    kernel.next("KVM_GET_TSC_KHZ", argument -> 2_400_001, argument -> 3_300_002);

    assertEquals(2_400_001, clocks.tscKhz());
    assertEquals(3_300_002, tsc.frequencyKhz());
    clocks.setTscKhz(1_000_003);
    assertEquals(1_000_003, set.get());
    tsc.setFrequencyKhz(1_000_004);
    assertEquals(1_000_004, set.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
  void aFrequencyOfNothing_isRefused(int khz) {
    assertThrows(IllegalArgumentException.class, () -> clocks.setTscKhz(khz));
    assertThrows(IllegalArgumentException.class, () -> tsc.setFrequencyKhz(khz));
    assertFalse(kernel.calls().contains("KVM_SET_TSC_KHZ"));
  }

  @Test
  void theTscOffset_isAnAttributeOfTheVcpu_readAndWrittenThroughItsAddress() {
    AtomicReference<Long> offset = new AtomicReference<>(-0x1234_5678_9abcL);
    kernel.next("KVM_GET_DEVICE_ATTR", argument -> attribute(argument, 0).put(offset));
    kernel.next("KVM_SET_DEVICE_ATTR", argument -> attribute(argument, 0).take(offset));

    assertEquals(-0x1234_5678_9abcL, tsc.offset());
    tsc.setOffset(Long.MIN_VALUE + 5);

    assertEquals(Long.MIN_VALUE + 5, offset.get());
  }

  @Test
  void hasOffset_isTheKernelsAnswer() {
    kernel.failsOnce("KVM_HAS_DEVICE_ATTR", Errno.ENXIO);

    assertFalse(tsc.hasOffset());
    assertTrue(tsc.hasOffset());
  }

  @Test
  void notifyPaused_isFalse_ifTheGuestHasNoKvmClock() {
    kernel.failsOnce("KVM_KVMCLOCK_CTRL", Errno.EINVAL);

    assertFalse(tsc.notifyPaused());
    assertTrue(tsc.notifyPaused());

    kernel.failsOnce("KVM_KVMCLOCK_CTRL", Errno.EIO);
    assertThrows(KvmIoctlException.class, tsc::notifyPaused);
  }

  @Test
  void theVcpusTsc_belongsToItsThread_theVmsClocksToAny() throws Exception {
    kernel.exits(hlt());
    FutureTask<Object> run = new FutureTask<>(machine.vcpu::run);
    new Thread(run, "vcpu-0").start();
    run.get(60, TimeUnit.SECONDS);

    for (Runnable call :
        List.<Runnable>of(
            tsc::frequencyKhz,
            () -> tsc.setFrequencyKhz(1),
            tsc::hasOffset,
            tsc::offset,
            () -> tsc.setOffset(1),
            tsc::notifyPaused,
            () -> machine.vcpu.enableCapability(KvmCapability.HYPERV_SYNIC))) {
      assertThrows(IllegalStateException.class, call::run);
    }
    clocks.kvmClock();
    clocks.setKvmClock(1);
    assertEquals(List.of("KVM_GET_CLOCK", "KVM_SET_CLOCK"), lastCalls(2));
  }

  private List<String> lastCalls(int count) {
    List<String> calls = kernel.calls();
    return calls.subList(calls.size() - count, calls.size());
  }

  private int clock(long argument, int flags) {
    kernel
        .at(argument, KvmClockData.SIZEOF)
        .putLong(KvmClockData.CLOCK, 0x1111_2222_3333L)
        .putInt(KvmClockData.FLAGS, flags)
        .putLong(KvmClockData.REALTIME, 0x4444_5555L)
        .putLong(KvmClockData.HOST_TSC, 0x6666_7777L);
    return 0;
  }

  private AtomicReference<KvmClock> keepClock() {
    AtomicReference<KvmClock> set = new AtomicReference<>();
    kernel.next(
        "KVM_SET_CLOCK",
        argument -> {
          set.set(KvmClockData.read(kernel.at(argument, KvmClockData.SIZEOF)));
          return 0;
        });
    return set;
  }

  private Attribute attribute(long argument, int flags) {
    ByteBuffer attr = kernel.at(argument, KvmDeviceAttr.SIZEOF);
    assertEquals(flags, attr.getInt(KvmDeviceAttr.FLAGS));
    assertEquals(KvmDeviceAttr.KVM_VCPU_TSC_CTRL, attr.getInt(KvmDeviceAttr.GROUP));
    assertEquals(KvmDeviceAttr.KVM_VCPU_TSC_OFFSET, attr.getLong(KvmDeviceAttr.ATTR));
    return new Attribute(kernel.at(attr.getLong(KvmDeviceAttr.ADDR), Long.BYTES));
  }

  private record Attribute(ByteBuffer value) {
    int put(AtomicReference<Long> from) {
      value.putLong(0, from.get());
      return 0;
    }

    int take(AtomicReference<Long> to) {
      to.set(value.getLong(0));
      return 0;
    }
  }
}
