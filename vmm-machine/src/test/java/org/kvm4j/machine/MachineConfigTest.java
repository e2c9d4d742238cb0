package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.device.DeviceConflictException;

final class MachineConfigTest {

  private static final Boot BOOT = new Boot.Flat(new byte[] {(byte) 0xf4});
  private static final long MEMORY_BYTES = 16 << 20;

  @Test
  void standard_isAPcWithItsOwnTimer() {
    MachineConfig config = MachineConfig.standard(MEMORY_BYTES, 2, BOOT);

    assertEquals(
        List.of("serial", "pit", "rtc", "i8042", "acpi-pm", "pci-host", "pvpanic", "post-code"),
        types(config));
    assertEquals(KernelChips.IRQCHIP, config.kernelChips());
  }

  @Test
  void withKernelPit_takesThePlaceOfTheDevice() {
    MachineConfig config = MachineConfig.standard(MEMORY_BYTES, 1, BOOT).withKernelPit();

    assertEquals(KernelChips.IRQCHIP_AND_PIT, config.kernelChips());
    assertEquals(
        List.of("serial", "rtc", "i8042", "acpi-pm", "pci-host", "pvpanic", "post-code"),
        types(config));
  }

  /** Both at once would answer the same ports, and the kernel's would win without a word. */
  @Test
  void kernelPitBesideTheDevice_isRefused() {
    MachineConfig config = MachineConfig.standard(MEMORY_BYTES, 1, BOOT).withKernelPit();

    DeviceConflictException e =
        assertThrows(
            DeviceConflictException.class,
            () -> config.withDevices(List.of(DeviceRequest.of("pit"))));
    assertEquals(
        "Device pit: KVM's own i8254 has its ports. Leave one of the two out.", e.getMessage());
  }

  @Test
  void withSplitIrqchip_addsTheControllersAsDevices() {
    MachineConfig config = MachineConfig.standard(MEMORY_BYTES, 1, BOOT).withSplitIrqchip();

    assertEquals(KernelChips.LOCAL_APICS, config.kernelChips());
    assertEquals(List.of("ioapic", "pic"), types(config).subList(8, 10));
  }

  @Test
  void kernelPitWithoutKernelPic_isRefused() {
    MachineConfig standard = MachineConfig.standard(MEMORY_BYTES, 1, BOOT);
    MachineConfig split = standard.withSplitIrqchip();
    MachineConfig kernelPit = standard.withKernelPit();

    DeviceConflictException e = assertThrows(DeviceConflictException.class, split::withKernelPit);
    assertEquals(
        "KVM's own i8254 needs KVM's own PIC and IOAPIC. Leave out --kernel-pit or --irqchip"
            + " split.",
        e.getMessage());
    assertThrows(DeviceConflictException.class, kernelPit::withSplitIrqchip);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 255, 1024, 32768})
  void vcpus_from1To32768_areTaken(int vcpus) {
    assertEquals(vcpus, MachineConfig.standard(MEMORY_BYTES, vcpus, BOOT).processors().count());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 32769, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void otherNumbersOfVcpus_areRefusedWithTheLimits(int vcpus) {
    BootException e =
        assertThrows(BootException.class, () -> MachineConfig.standard(MEMORY_BYTES, vcpus, BOOT));
    assertEquals(
        vcpus + " vCPUs: a machine has 1 to 32768. Choose a number in between.", e.getMessage());
  }

  @Test
  void devices_areCopied() {
    List<DeviceRequest> devices = new ArrayList<>(List.of(DeviceRequest.of("rtc")));
    MachineConfig config = MachineConfig.standard(MEMORY_BYTES, 1, BOOT).withDevices(devices);

    devices.clear();

    assertEquals(List.of("rtc"), types(config));
  }

  @Test
  void flatCode_isCopiedOnTheWayInAndOut() {
    byte[] code = {1, 2};
    Boot.Flat boot = new Boot.Flat(code);

    code[0] = 9;
    boot.code()[1] = 9;

    assertEquals(1, boot.code()[0]);
    assertEquals(2, boot.code()[1]);
  }

  private static List<String> types(MachineConfig config) {
    return config.devices().stream().map(DeviceRequest::type).toList();
  }
}
