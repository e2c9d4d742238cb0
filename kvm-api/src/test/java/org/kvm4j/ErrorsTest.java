package org.kvm4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;

import org.junit.jupiter.api.Test;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;

/** Errors say what failed, why and what to do. */
final class ErrorsTest {

  @Test
  void memory_isNamedByAddressInHex_andLength() {
    GuestMemoryException error = new GuestMemoryException(-8, 16);

    assertEquals(
        "Guest memory 0xfffffffffffffff8, 16 bytes: outside RAM."
            + " Use an address within a memory slot.",
        error.getMessage());
    assertEquals(-8, error.address());
    assertEquals(16, error.length());
  }

  @Test
  void capabilities_areNamedAsInTheKernel() {
    KvmCapabilityException error =
        new KvmCapabilityException(KvmCapability.SREGS2, "KVM_GET_SREGS2 on vCPU 0");

    assertEquals(
        "KVM_GET_SREGS2 on vCPU 0 needs KVM_CAP_SREGS2, which this KVM lacks. Linux has it since "
            + KvmCapability.SREGS2.since()
            + ", though not every KVM offers it: use another host, or do without.",
        error.getMessage());
    assertEquals(KvmCapability.SREGS2, error.capability());
  }

  @Test
  void ioctls_keepNameAndErrorNumber() {
    KvmIoctlException error = new KvmIoctlException("KVM_RUN", 14, "KVM_RUN: EFAULT (14).");

    assertEquals("KVM_RUN", error.call());
    assertEquals(14, error.errno());
  }

  @Test
  void vcpuFailures_keepTheExit() {
    VcpuExit exit = new VcpuExit.Shutdown();

    assertEquals(exit, new VcpuFailureException(exit, "triple fault").exit());
  }

  @Test
  void busesAreBothNeeded() {
    assertThrows(NullPointerException.class, () -> new Buses(null, mock(MmioBus.class)));
    assertThrows(NullPointerException.class, () -> new Buses(mock(PioBus.class), null));
  }
}
