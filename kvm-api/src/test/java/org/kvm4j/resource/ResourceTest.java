package org.kvm4j.resource;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.DeviceOption;

final class ResourceTest {

  @Test
  void places_readAsAUserWritesThem() {
    assertEquals("ports 0x3f8-0x3ff", FixedResource.ports(0x3f8, 8).toString());
    assertEquals("addresses 0xd0000000-0xd0000fff", mmio(0xd000_0000L).toString());
    assertEquals("GSI 4", FixedResource.interrupt(4).toString());
    assertEquals("1 port", Resource.ports(1).toString());
    assertEquals("a GSI, perhaps shared", Resource.sharedInterrupt().toString());
  }

  @Test
  void whatLeavesItsSpace_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> FixedResource.ports(0xfffd, 4));
    assertThrows(IllegalArgumentException.class, () -> FixedResource.interrupt(24));
    assertThrows(IllegalArgumentException.class, () -> FixedResource.interrupt(-1));
    assertThrows(IllegalArgumentException.class, () -> mmio(-0xfff));
    assertThrows(IllegalArgumentException.class, () -> Resource.ports(0));
    assertThrows(IllegalArgumentException.class, () -> Resource.ports(0x1_0001));
    assertThrows(IllegalArgumentException.class, () -> new Resource(Resource.Kind.PORTS, 1, true));
  }

  @Test
  void theOptionOfAPlace_staysANumber() {
    DeviceOption<Integer> base = DeviceOption.ports("base", 1, "0x10", "a port");

    assertThrows(IllegalStateException.class, () -> base.map(String::valueOf));
  }

  @Test
  void whatAcpiCannotSay_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> AcpiDevice.of("tmp", "KVM40001"));
    assertThrows(IllegalArgumentException.class, () -> AcpiDevice.of("TEMP0", "KVM40001"));
    assertThrows(IllegalArgumentException.class, () -> AcpiDevice.of("TMP", "kvm"));
    assertThrows(
        IllegalArgumentException.class,
        () -> AcpiDevice.of("TMP", "KVM40001", FixedResource.ports(0, 256)));
    assertThrows(
        IllegalArgumentException.class, () -> AcpiDevice.of("TMP", "KVM40001", mmio(0xffff_f001L)));
  }

  private static FixedResource mmio(long first) {
    return FixedResource.addresses(first, 0x1000);
  }
}
