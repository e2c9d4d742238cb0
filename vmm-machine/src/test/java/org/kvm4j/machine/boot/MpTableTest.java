package org.kvm4j.machine.boot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kvm4j.CpuTopology;
import org.kvm4j.testkit.FakeGuestMemory;

/** Follows the pointers as a kernel does. */
class MpTableTest {

  private final FakeGuestMemory memory = new FakeGuestMemory(2 << 20);

  private static Hardware hardware(int vcpus) {
    return Hardware.standard(CpuTopology.ofCores(vcpus), List.of());
  }

  private long table(Hardware hardware) {
    MpTable.write(memory, hardware);
    // The last KiB of base memory, as the BIOS data area says.
    long pointer = memory.readShort(0x413) * 1024L;
    assertEquals("_MP_", new String(memory.read(pointer, 4), US_ASCII));
    assertSumIsZero(pointer, 16);
    return memory.readInt(pointer + 4);
  }

  private void assertSumIsZero(long address, int length) {
    int sum = 0;
    for (byte b : memory.read(address, length)) {
      sum += b;
    }
    assertEquals(0, sum & 0xff);
  }

  private List<String> entries(Hardware hardware) {
    long table = table(hardware);
    List<String> entries = new ArrayList<>();
    long at = table + 44;
    for (int i = 0; i < memory.readShort(table + 34); i++) {
      int length = memory.readByte(at) == 0 ? 20 : 8;
      entries.add(HexFormat.of().formatHex(memory.read(at, length)));
      at += length;
    }
    assertEquals(memory.readShort(table + 4), at - table);
    return entries;
  }

  @Test
  void biosDataArea_leadsToTheExtendedOne() {
    MpTable.write(memory, hardware(1));

    assertEquals(0x9fc0, memory.readShort(0x40e));
    assertEquals(639, memory.readShort(0x413));
  }

  @Test
  void table_sumsUpAndIsInItsArea_withTheMostProcessors() {
    long table = table(hardware(255));
    int length = memory.readShort(table + 4);

    assertEquals("PCMP", new String(memory.read(table, 4), US_ASCII));
    assertEquals(4, memory.readByte(table + 6), "revision 1.4");
    assertEquals(0xfee0_0000, memory.readInt(table + 36));
    assertSumIsZero(table, length);
    assertTrue(new Range(0xf_0000, 0x10_0000).contains(Range.ofSize(table, length)));
  }

  @Test
  void firstProcessor_isTheBootProcessor() {
    List<String> processors =
        entries(hardware(2)).stream().filter(e -> e.startsWith("00")).toList();

    assertEquals(
        List.of(
            "0000140300060000010200000000000000000000", "0001140100060000010200000000000000000000"),
        processors);
  }

  @Test
  void processors_haveTheApicIdsOfTheirTopology() {
    Hardware hardware = Hardware.standard(new CpuTopology(2, 3, 1), List.of());

    assertEquals(
        List.of("00", "01", "02", "04", "05", "06"),
        entries(hardware).stream()
            .filter(e -> e.length() == 40)
            .map(e -> e.substring(2, 4))
            .toList());
  }

  @Test
  void processors_whoseIdsDoNotFit_areLeftOut() {
    List<String> processors =
        entries(hardware(300)).stream().filter(e -> e.length() == 40).toList();

    assertEquals(255, processors.size());
    assertEquals("00fe", processors.get(254).substring(0, 4));
  }

  @Test
  void busAndIoapic_areThoseOfAPc() {
    List<String> entries = entries(hardware(1));

    assertTrue(entries.contains("0100495341202020"), "bus 0, ISA");
    assertTrue(entries.contains("020011010000c0fe"), "IOAPIC 0 at 0xfec00000");
  }

  @Test
  void isaInterrupts_goToThePinsOfTheirNumbersButTheCascade() {
    List<String> interrupts =
        entries(hardware(1)).stream().filter(e -> e.startsWith("03")).toList();

    assertEquals(15, interrupts.size());
    assertTrue(interrupts.contains("0300000000000000"), "IRQ 0 to pin 0");
    assertTrue(interrupts.contains("0300000000040004"), "IRQ 4 to pin 4");
    assertTrue(interrupts.contains("03000d0000090009"), "IRQ 9, active high, level");
    assertTrue(interrupts.stream().noneMatch(e -> e.startsWith("02", 10)), "IRQ 2");
  }

  @Test
  void timer_goesToPin2_whenItIsRoutedThere() {
    Hardware hardware =
        new Hardware(CpuTopology.ofCores(1), 2, PowerManagement.STANDARD, 0xcf9, List.of());

    assertTrue(entries(hardware).contains("0300000000000002"));
  }

  @Test
  void localInterrupts_areThePicAndNmi() {
    List<String> local = entries(hardware(1)).stream().filter(e -> e.startsWith("04")).toList();

    assertEquals(List.of("0403000000000000", "040100000000ff01"), local);
  }
}
