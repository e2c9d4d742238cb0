package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.KvmCoalescedMmioZone;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.io.Coalescing;

/** Which ranges are coalesced, and what the kernel is told of them. */
final class CoalescingTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final Coalescing coalescing = machine.vm.coalescing();
  private final List<String> zones = new ArrayList<>();

  CoalescingTest() {
    kernel.always("KVM_REGISTER_COALESCED_MMIO", argument -> note("register", argument));
    kernel.always("KVM_UNREGISTER_COALESCED_MMIO", argument -> note("unregister", argument));
  }

  @Test
  void memoryAndPorts_areZonesOfTheirKind() {
    coalescing.coalesceMemory(0x1_d000_0123L, 0x4567);
    coalescing.coalescePorts(0x3f8, 8);
    coalescing.uncoalesceMemory(0x1_d000_0123L, 0x4567);
    coalescing.uncoalescePorts(0x3f8, 8);

    assertEquals(
        List.of(
            "register 0x1d0000123 0x4567 0",
            "register 0x3f8 0x8 1",
            "unregister 0x1d0000123 0x4567 0",
            "unregister 0x3f8 0x8 1"),
        zones);
  }

  @Test
  void theLastAddresses_areIncluded() {
    coalescing.coalescePorts(0xffff, 1);
    coalescing.coalescePorts(0, 0xffff);
    coalescing.coalesceMemory(Long.MAX_VALUE - Integer.MAX_VALUE, Integer.MAX_VALUE);

    assertEquals(3, zones.size());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0, -1", "-1, 2", "0x7fffffffffffffff, 1", "-4096, 4096"})
  void aMemoryRange_thatIsEmptyOrWraps_isRefused(long address, int size) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> coalescing.coalesceMemory(address, size));

    assertTrue(refused.getMessage().endsWith("the range is empty or wraps around"));
    assertEquals(List.of(), zones);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-1, 1", "65535, 2", "1, 65536", "65536, 1", "3, -3", "2147483647, 1"})
  void aPortRange_thatIsEmptyOrTooFar_isRefused(int port, int count) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> coalescing.coalescePorts(port, count));

    assertTrue(refused.getMessage().endsWith("is empty or leaves the 65536 ports"));
    assertEquals(List.of(), zones);
  }

  @ParameterizedTest
  @CsvSource({"0x2000, 0x1000", "0x1fff, 2", "0x2fff, 1", "0x0, 0x10000", "0x2800, 4"})
  void overlappingMemory_isRefused_becauseTheKernelWouldUnregisterBoth(long address, int size) {
    coalescing.coalesceMemory(0x2000, 0x1000);

    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> coalescing.coalesceMemory(address, size));

    assertTrue(
        refused.getMessage().contains("overlap memory 0x2000 to 0x2fff"), refused.getMessage());
    assertEquals(1, zones.size());
  }

  @Test
  void neighboursAndTheOtherKind_doNotOverlap() {
    coalescing.coalesceMemory(0x2000, 0x1000);
    coalescing.coalesceMemory(0x1000, 0x1000);
    coalescing.coalesceMemory(0x3000, 1);
    coalescing.coalescePorts(0x2000, 0x1000);

    assertEquals(4, zones.size());
  }

  @Test
  void stoppingWhatIsNotCoalesced_isRefused() {
    coalescing.coalesceMemory(0x2000, 0x1000);

    assertEquals(
        "memory 0x2000 to 0x27ff: not coalesced as one range; name a range as it was given",
        assertThrows(
                IllegalArgumentException.class, () -> coalescing.uncoalesceMemory(0x2000, 0x800))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> coalescing.uncoalescePorts(0x2000, 0x1000));
    assertEquals(1, zones.size());
  }

  @Test
  void afterStopping_aRangeCanBeCoalescedAgain_butNotStoppedTwice() {
    coalescing.coalescePorts(0x80, 1);
    coalescing.uncoalescePorts(0x80, 1);
    assertThrows(IllegalArgumentException.class, () -> coalescing.uncoalescePorts(0x80, 1));

    coalescing.coalescePorts(0x80, 1);

    assertEquals(3, zones.size());
  }

  @Test
  void whatTheKernelRefused_isNotRemembered_andWhatItKept_is() {
    kernel.failsOnce("KVM_REGISTER_COALESCED_MMIO", Errno.ENOSPC);
    assertThrows(KvmIoctlException.class, () -> coalescing.coalesceMemory(0x2000, 0x1000));
    coalescing.coalesceMemory(0x2000, 0x1000);
    kernel.failsOnce("KVM_UNREGISTER_COALESCED_MMIO", Errno.EFAULT);
    assertThrows(KvmIoctlException.class, () -> coalescing.uncoalesceMemory(0x2000, 0x1000));
    coalescing.uncoalesceMemory(0x2000, 0x1000);

    assertEquals(2, zones.size());
  }

  @Test
  void ports_needACapabilityOfTheirOwn() {
    int ports = KvmCapability.COALESCED_PIO.number();
    kernel.always("KVM_CHECK_EXTENSION", capability -> capability == ports ? 0 : 2);

    KvmCapabilityException refused =
        assertThrows(KvmCapabilityException.class, () -> coalescing.coalescePorts(0x80, 1));
    coalescing.coalesceMemory(0x80, 1);

    assertEquals(KvmCapability.COALESCED_PIO, refused.capability());
    assertEquals(List.of("register 0x80 0x1 0"), zones);
  }

  @Test
  void aRingElsewhere_isRefused_insteadOfLosingWrites() {
    kernel.always("KVM_CHECK_EXTENSION", capability -> 3);

    KvmException refused =
        assertThrows(KvmException.class, () -> coalescing.coalesceMemory(0x2000, 1));

    assertTrue(refused.getMessage().contains("the ring is at page 3, not 2"));
    assertEquals(List.of(), zones);
  }

  @Test
  void onceTheVmIsClosed_everyMethodSaysSo() {
    coalescing.coalesceMemory(0x2000, 1);
    machine.vm.close();

    for (Runnable call :
        List.<Runnable>of(
            () -> coalescing.coalesceMemory(0, 1),
            () -> coalescing.coalescePorts(0, 1),
            () -> coalescing.uncoalesceMemory(0x2000, 1))) {
      assertEquals(
          "the VM is closed", assertThrows(IllegalStateException.class, call::run).getMessage());
    }
    assertFalse(zones.contains("unregister 0x2000 0x1 0"));
  }

  private int note(String call, long argument) {
    ByteBuffer zone = kernel.at(argument, KvmCoalescedMmioZone.SIZEOF);
    zones.add(
        "%s 0x%x 0x%x %d"
            .formatted(
                call,
                zone.getLong(KvmCoalescedMmioZone.ADDR),
                zone.getInt(KvmCoalescedMmioZone.SIZE),
                zone.getInt(KvmCoalescedMmioZone.PIO)));
    return 0;
  }
}
