package org.kvm4j.machine.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.CpuTopology;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.machine.BootException;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.testkit.FakeGuestMemory;

/** Follows the pointers as a kernel does. */
class AcpiTablesTest {

  private static final List<AcpiDevice> DEVICES =
      List.of(
          AcpiDevice.of(
              "COM1", "PNP0501", FixedResource.ports(0x3f8, 8), FixedResource.interrupt(4)),
          AcpiDevice.of("RTC", "PNP0B00", FixedResource.ports(0x70, 2), FixedResource.interrupt(8)),
          AcpiDevice.of(
              "TIMR", "PNP0100", FixedResource.ports(0x40, 4), FixedResource.interrupt(0)),
          AcpiDevice.of("PEVT", "QEMU0001", FixedResource.ports(0x505, 1)),
          new AcpiDevice(
              "VIO",
              "LNRO0005",
              List.of(FixedResource.addresses(0xd000_0000L, 0x200), FixedResource.interrupt(17)),
              AcpiDevice.Trigger.LEVEL));

  private final FakeGuestMemory memory = new FakeGuestMemory(2 << 20);

  private long rsdp(Hardware hardware) {
    return AcpiTables.write(memory, hardware);
  }

  private long xsdt(Hardware hardware) {
    return memory.readLong(rsdp(hardware) + 24);
  }

  private long table(Hardware hardware, String signature) {
    long xsdt = xsdt(hardware);
    for (long at = xsdt + 36; at < xsdt + memory.readInt(xsdt + 4); at += 8) {
      long table = memory.readLong(at);
      if (text(table, 4).equals(signature)) {
        return table;
      }
    }
    throw new AssertionError("no " + signature);
  }

  private String text(long address, int length) {
    return new String(memory.read(address, length), US_ASCII);
  }

  private void assertSumIsZero(long address, int length) {
    int sum = 0;
    for (byte b : memory.read(address, length)) {
      sum += b;
    }
    assertEquals(0, sum & 0xff, () -> "checksum at 0x" + Long.toHexString(address));
  }

  private static Hardware hardware(int vcpus) {
    return Hardware.standard(CpuTopology.ofCores(vcpus), DEVICES);
  }

  @Test
  void rsdp_isWhereKernelsLookAndSumsUpInBothForms() {
    long rsdp = rsdp(hardware(1));

    assertEquals(0xe_0000, rsdp);
    assertEquals("RSD PTR ", text(rsdp, 8));
    assertEquals(2, memory.readByte(rsdp + 15));
    assertEquals(36, memory.readInt(rsdp + 20));
    assertSumIsZero(rsdp, 20);
    assertSumIsZero(rsdp, 36);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 300, 1024})
  void everyTable_sumsUpAndIsInItsAreaWithoutOverlap(int vcpus) {
    Hardware hardware = hardware(vcpus);
    long rsdp = rsdp(hardware);
    long fadt = table(hardware, "FACP");
    long facs = Integer.toUnsignedLong(memory.readInt(fadt + 36));
    List<Range> places = new ArrayList<>();
    places.add(Range.ofSize(rsdp, 36));
    places.add(Range.ofSize(facs, memory.readInt(facs + 4)));
    for (long table :
        List.of(xsdt(hardware), fadt, table(hardware, "APIC"), memory.readLong(fadt + 140))) {
      int length = memory.readInt(table + 4);
      assertSumIsZero(table, length);
      places.add(Range.ofSize(table, length));
    }

    places.sort(Comparator.comparingLong(Range::start));
    long end = 0xe_0000;
    for (Range place : places) {
      assertTrue(place.start() >= end, () -> place + " overlaps what is before it");
      end = place.end();
    }
    assertTrue(end <= 0xf_0000);
  }

  @Test
  void fadt_namesTheFixedHardware() {
    long fadt = table(hardware(1), "FACP");

    assertEquals(276, memory.readInt(fadt + 4));
    assertEquals(6, memory.readByte(fadt + 8));
    assertEquals(9, memory.readShort(fadt + 46), "SCI_INT");
    assertEquals(0, memory.readInt(fadt + 48), "SMI_CMD");
    assertEquals(0x600, memory.readInt(fadt + 56), "PM1a_EVT_BLK");
    assertEquals(0x604, memory.readInt(fadt + 64), "PM1a_CNT_BLK");
    assertEquals(0x608, memory.readInt(fadt + 76), "PM_TMR_BLK");
    assertEquals(4, memory.readByte(fadt + 88), "PM1_EVT_LEN");
    assertEquals(2, memory.readByte(fadt + 89), "PM1_CNT_LEN");
    assertEquals(4, memory.readByte(fadt + 91), "PM_TMR_LEN");
    assertEquals(0x0005, memory.readShort(fadt + 109), "IAPC_BOOT_ARCH");
    assertEquals(0x0565, memory.readInt(fadt + 112), "flags");
    assertGas(fadt + 116, 8, 1, 0xcf9);
    assertEquals(0x06, memory.readByte(fadt + 128), "RESET_VALUE");
    assertGas(fadt + 148, 32, 2, 0x600);
    assertGas(fadt + 172, 16, 2, 0x604);
    assertGas(fadt + 208, 32, 3, 0x608);
  }

  private void assertGas(long gas, int bits, int access, long port) {
    assertEquals(1, memory.readByte(gas), "I/O space");
    assertEquals(bits, memory.readByte(gas + 1));
    assertEquals(access, memory.readByte(gas + 3));
    assertEquals(port, memory.readLong(gas + 4));
  }

  @Test
  void fadt_namesTheSameDsdtTwiceAndTheFacsOnce() {
    long fadt = table(hardware(1), "FACP");
    long facs = memory.readInt(fadt + 36);
    long dsdt = memory.readInt(fadt + 40);

    assertEquals("FACS", text(facs, 4));
    assertEquals(0, facs % 64);
    assertEquals(0, memory.readLong(fadt + 132), "X_FIRMWARE_CTRL");
    assertEquals("DSDT", text(dsdt, 4));
    assertEquals(dsdt, memory.readLong(fadt + 140), "X_DSDT");
  }

  @Test
  void fadt_saysThatThereIsNoClock_whenThereIsNone() {
    long with = table(hardware(1), "FACP");
    assertEquals(0x32, memory.readByte(with + 108), "CENTURY");

    long without = table(Hardware.standard(CpuTopology.ofCores(1), List.of()), "FACP");
    assertEquals(0, memory.readByte(without + 108), "CENTURY");
    assertEquals(0x0025, memory.readShort(without + 109), "IAPC_BOOT_ARCH");
  }

  @Test
  void madt_hasALocalApicPerVcpu() {
    List<byte[]> entries = madtEntries(hardware(3));

    assertEquals(
        List.of("0008000001000000", "0008010101000000", "0008020201000000"),
        entries.stream().filter(e -> e[0] == 0).map(HexFormat.of()::formatHex).toList());
  }

  @Test
  void madt_hasTheApicIdsOfTheTopology() {
    Hardware hardware = Hardware.standard(new CpuTopology(2, 3, 1), DEVICES);

    assertEquals(
        List.of("0000", "0101", "0202", "0304", "0405", "0506"),
        madtEntries(hardware).stream()
            .filter(e -> e[0] == 0)
            .map(e -> HexFormat.of().formatHex(e, 2, 4))
            .toList(),
        "UID and APIC id");
  }

  /** ACPI 6.5, section 5.2.12.12: type 9 from id 255 on, and only there. */
  @Test
  void madt_hasTheNewerEntry_whereAnIdNeedsIt() {
    List<String> last = madtEntries(hardware(300)).stream().map(HexFormat.of()::formatHex).toList();

    assertEquals(255, last.stream().filter(e -> e.startsWith("0008")).count());
    assertEquals("0008fefe01000000", last.get(254));
    assertEquals("09100000ff00000001000000ff000000", last.get(255), "reserved, id, flags, UID");
    assertEquals("091000002b010000010000002b010000", last.get(299));
    assertTrue(last.contains("0406ff000001"), "LINT1 of all is NMI");
    assertTrue(last.contains("0a0c0000ffffffff01000000"), "and of all with wide ids");
  }

  @Test
  void madt_countsProcessorsApart_fromIdsWithHoles() {
    Hardware hardware = Hardware.standard(new CpuTopology(5, 5, 5), DEVICES);

    assertEquals(
        "0910000024010000010000007c000000",
        madtEntries(hardware).stream()
            .filter(e -> e[0] == 9)
            .map(HexFormat.of()::formatHex)
            .reduce((first, second) -> second)
            .orElseThrow(),
        "id 0x124, UID 124");
  }

  @Test
  void madt_hasTheIoapicAndTheSciButNoTimerOverride_withKvmsRouting() {
    List<String> entries =
        madtEntries(hardware(1)).stream()
            .filter(e -> e[0] != 0)
            .map(HexFormat.of()::formatHex)
            .toList();

    assertEquals(
        List.of(
            "010c00000000c0fe00000000", // IOAPIC 0 at 0xfec00000, from GSI 0 on
            "020a0009090000000d00", // ISA IRQ 9 is GSI 9, active high, level
            "0406ff000001"), // LINT1 of all is NMI
        entries);
  }

  @Test
  void madt_overridesTheTimer_whenItIsRoutedToPin2() {
    Hardware hardware =
        new Hardware(CpuTopology.ofCores(1), 2, PowerManagement.STANDARD, 0xcf9, DEVICES);

    assertTrue(
        madtEntries(hardware).stream()
            .map(HexFormat.of()::formatHex)
            .anyMatch("020a0000020000000000"::equals));
  }

  private List<byte[]> madtEntries(Hardware hardware) {
    long madt = table(hardware, "APIC");
    assertEquals(0xfee0_0000, memory.readInt(madt + 36));
    assertEquals(1, memory.readInt(madt + 40), "PCAT_COMPAT");
    List<byte[]> entries = new ArrayList<>();
    long end = madt + memory.readInt(madt + 4);
    long at = madt + 44;
    while (at < end) {
      entries.add(memory.read(at, memory.readByte(at + 1)));
      at += memory.readByte(at + 1);
    }
    assertEquals(end, at);
    return entries;
  }

  @Test
  void tooManyDevices_areRefused() {
    List<AcpiDevice> many =
        IntStream.range(0, 2000)
            .mapToObj(i -> AcpiDevice.of("D%03X".formatted(i), "TEST0001"))
            .toList();

    assertThrows(BootException.class, () -> rsdp(Hardware.standard(CpuTopology.ofCores(1), many)));
  }

  @Test
  void hardwareThatCannotBeDescribed_isRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new Hardware(CpuTopology.ofCores(1), 5, PowerManagement.STANDARD, 0xcf9, List.of()));
    assertThrows(IllegalArgumentException.class, () -> PowerManagement.atPort(0x600, 2));
    assertThrows(IllegalArgumentException.class, () -> PowerManagement.atPort(0xfffe, 9));
  }

  /** With the compiler of ACPICA, the implementation that Linux has: apt package acpica-tools. */
  @ParameterizedTest
  @CsvSource({"1, 1, 1", "2, 2, 2", "1, 255, 1", "5, 5, 5", "1, 300, 1", "2, 256, 2"})
  void iasl_disassemblesEveryTableWithoutWarningAndCompilesTheDsdtAgain(
      int sockets, int cores, int threads, @TempDir Path directory)
      throws IOException, InterruptedException {
    assumeTrue(isOnPath("iasl"), "iasl is not installed");
    CpuTopology topology = new CpuTopology(sockets, cores, threads);
    Hardware hardware = Hardware.standard(topology, DEVICES);
    long fadt = table(hardware, "FACP");
    long facs = memory.readInt(fadt + 36);
    dump(directory, "facs", facs);
    dump(directory, "facp", fadt);
    dump(directory, "apic", table(hardware, "APIC"));
    dump(directory, "dsdt", memory.readLong(fadt + 140));
    dump(directory, "xsdt", xsdt(hardware));

    String output =
        run(directory, "iasl", "-d", "facs.aml", "facp.aml", "apic.aml", "dsdt.aml", "xsdt.aml");

    assertFalse(output.contains("Warning"), output);
    assertFalse(output.contains("Error"), output);
    assertFalse(output.contains("Invalid"), output);
    String dsdt = Files.readString(directory.resolve("dsdt.dsl"));
    assertTrue(dsdt.contains("Device (COM1)"), dsdt);
    assertTrue(dsdt.contains("EisaId (\"PNP0501\")"), dsdt);
    assertTrue(dsdt.contains("\"QEMU0001\""), dsdt);
    assertVirtioMmio(dsdt.substring(dsdt.indexOf("Device (VIO)")));
    assertEquals(topology.count(), count(dsdt, "\"ACPI0007\""));
    String apic = Files.readString(directory.resolve("apic.dsl"));
    long wide = IntStream.range(0, topology.count()).filter(i -> topology.apicId(i) >= 255).count();
    assertEquals(topology.count() - wide, count(apic, "[Processor Local APIC]"));
    assertEquals(wide, count(apic, "[Processor Local x2APIC]"));
    assertEquals(wide > 0 ? 1 : 0, count(apic, "[Local x2APIC NMI]"));
    String compiled = run(directory, "iasl", "dsdt.dsl");
    assertTrue(compiled.contains("0 Errors, 0 Warnings"), compiled);
  }

  /** As Linux's virtio_mmio looks for it. */
  private static void assertVirtioMmio(String device) {
    assertTrue(device.contains("Name (_HID, \"LNRO0005\")"), device);
    assertTrue(
        device.matches(
            "(?s).*Memory32Fixed \\(ReadWrite,\\s+0xD0000000,.*0x00000200,.*"
                + "Interrupt \\(ResourceConsumer, Level, ActiveHigh, Shared, ,, \\)\\s+\\{\\s+"
                + "0x00000011,.*"),
        device);
  }

  private static long count(String text, String word) {
    return text.lines().filter(line -> line.contains(word)).count();
  }

  private void dump(Path directory, String name, long table) throws IOException {
    Files.write(directory.resolve(name + ".aml"), memory.read(table, memory.readInt(table + 4)));
  }

  private static boolean isOnPath(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static String run(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
    assertEquals(0, process.waitFor(), output);
    return output;
  }
}
