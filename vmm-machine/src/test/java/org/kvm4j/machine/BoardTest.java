package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kvm4j.CpuTopology;
import org.kvm4j.core.bus.MmioSpace;
import org.kvm4j.core.bus.PioSpace;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.device.DeviceSet;
import org.kvm4j.core.device.DeviceSpec;
import org.kvm4j.core.device.Platform;
import org.kvm4j.core.device.VmTime;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.machine.boot.BootState;
import org.kvm4j.machine.boot.Hardware;
import org.kvm4j.machine.boot.MemoryLayout;
import org.kvm4j.machine.boot.PowerManagement;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.testkit.FakeGuestMemory;
import org.kvm4j.testkit.MemoryStream;
import org.kvm4j.testkit.RecordingControl;

final class BoardTest {

  private static final Boot BOOT = new Boot.Flat(new byte[1]);
  private static final long MIB = 1 << 20;
  private static final long GIB = 1 << 30;
  private static final int RAM_BYTES = 16 << 20;
  private static final long ACPI_TABLES = 0xe_0000;
  private static final long MP_TABLE = 0xf_0000;

  @TempDir Path directory;

  private static MachineConfig config(String... devices) {
    return MachineConfig.standard(RAM_BYTES, 2, BOOT)
        .withDevices(Stream.of(devices).map(DeviceRequest::parse).toList());
  }

  static Stream<Arguments> sizesOfRam() {
    return Stream.of(
        arguments(512 * MIB, 512 * MIB, 0),
        arguments(3 * GIB, 3 * GIB, 0),
        arguments(5 * GIB, 3 * GIB, 2 * GIB));
  }

  @ParameterizedTest
  @MethodSource("sizesOfRam")
  void rtc_isToldWhatThereIs(long all, long below4GiB, long above4GiB) {
    List<DeviceRequest> requests =
        Board.requests(config("serial,irq=4", "rtc,irq=8"), MemoryLayout.ofRam(all));

    assertEquals(
        List.of(
            DeviceRequest.parse("serial,irq=4"),
            new DeviceRequest(
                "rtc",
                Map.of(
                    "irq",
                    "8",
                    "memory-below-4g",
                    Long.toString(below4GiB),
                    "memory-above-4g",
                    Long.toString(above4GiB),
                    "cpus",
                    "2"))),
        requests);
  }

  @Test
  void hardware_ofAStandardPc() {
    assertEquals(
        Hardware.standard(
            CpuTopology.ofCores(2),
            List.of(
                AcpiDevice.of(
                    "COM", "PNP0501", FixedResource.ports(0x3f8, 8), FixedResource.interrupt(4)),
                AcpiDevice.of(
                    "TIMR", "PNP0100", FixedResource.ports(0x40, 4), FixedResource.interrupt(0)),
                AcpiDevice.of(
                    "RTC", "PNP0B00", FixedResource.ports(0x70, 2), FixedResource.interrupt(8)),
                AcpiDevice.of("PEVT", "QEMU0001", FixedResource.ports(0x505, 1)))),
        hardware(MachineConfig.standard(RAM_BYTES, 2, BOOT)));
  }

  @Test
  void hardware_lacksWhatTheMachineLacks() {
    assertEquals(List.of(), hardware(config("i8042", "acpi-pm")).devices());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "acpi-pm                     | 0x600 | 9",
        "acpi-pm,base=0x700          | 0x700 | 9",
        "acpi-pm,base=1792,irq=10    | 0x700 | 10",
        "serial                      | 0x600 | 9",
      })
  void tables_sayWhereTheUserPutTheFixedHardware(String device, String port, int sci) {
    assertEquals(
        PowerManagement.atPort(Integer.decode(port), sci), hardware(config(device)).power());
  }

  @ParameterizedTest
  @CsvSource({"0", "16", "23"})
  void irqThatCannotBeTheSci_isRefused(int irq) {
    MachineConfig config = config("acpi-pm,irq=" + irq);

    DeviceConfigurationException e =
        assertThrows(DeviceConfigurationException.class, () -> hardware(config));
    assertEquals(
        "Device acpi-pm: irq=%d cannot be the SCI. Use 1 or 3 to 15.".formatted(irq),
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "acpi-pm,base=0x700 pci-host | RSD PTR",
        "acpi-pm                          | ''",
        "pci-host                    | ''",
        "serial                           | ''",
      })
  void acpi_isThereOnlyWithAllThatItPromises(String devices, String signature) throws Exception {
    FakeGuestMemory memory = load(config(devices.split(" ")));

    assertEquals(signature, text(memory, ACPI_TABLES, 8));
    assertEquals("PCMP", text(memory, MP_TABLE, 4));
  }

  private FakeGuestMemory load(MachineConfig config) throws Exception {
    FakeGuestMemory memory = new FakeGuestMemory(RAM_BYTES);
    MachineConfig linux =
        config.withBoot(new Boot.Linux(TinyKernel.in(directory), Optional.empty(), ""));
    try (Loader loader = Loader.open(linux, MemoryLayout.ofRam(RAM_BYTES));
        VmTime time = new VmTime();
        DeviceSet devices = devices(linux, time)) {
      BootState state = loader.load(memory, new Board(linux, devices));
      assertEquals(TinyKernel.ENTRY, state.registers().rip());
    }
    return memory;
  }

  private static Hardware hardware(MachineConfig config) {
    try (VmTime time = new VmTime();
        DeviceSet devices = devices(config, time)) {
      return new Board(config, devices).hardware();
    }
  }

  /** The real devices, in a VM without a guest. */
  private static DeviceSet devices(MachineConfig config, VmTime time) {
    DeviceCatalog catalog = DeviceCatalog.load();
    DeviceSet devices =
        new DeviceSet(
            new Platform(
                new PioSpace(),
                new MmioSpace(),
                (gsi, high) -> {},
                time,
                new RecordingControl(),
                new FakeGuestMemory(0x1000),
                (id, spec) -> new MemoryStream(),
                Platform.STANDARD_CALL_BUDGET,
                fault -> fail(fault)),
            Board.plan(config));
    devices.addAll(
        config.devices().stream()
            .map(request -> new DeviceSpec(catalog.find(request.type()), request.options()))
            .toList());
    return devices;
  }

  private static String text(FakeGuestMemory memory, long address, int length) {
    return new String(memory.read(address, length), StandardCharsets.US_ASCII)
        .replace("\0", "")
        .strip();
  }
}
