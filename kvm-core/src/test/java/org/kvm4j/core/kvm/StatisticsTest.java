package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.KvmStatsDesc;
import org.kvm4j.core.abi.KvmStatsHeader;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.stats.StatisticDescriptor;
import org.kvm4j.stats.Statistics;

/** Statistics files: how they are read, and that none is believed too much. */
final class StatisticsTest {

  private static final StatsFile FILE =
      new StatsFile("kvm-4711/vcpu-0")
          .add("exits", 0x000, 0, 0, 71L)
          .add("halt_wait_ns", 0x020, -9, 0, 72L)
          .add("wait_hist", 0x024, -9, 0, 1L, 2L, 3L)
          .add("peak_cycles", 0x032, 6, 0, 73L)
          .add("linear", 0x113, 10, 500, 4L, 5L)
          .add("blocking", 0x041, 0, 0, 1L)
          .add("from_the_future", 0xfff, 0, 0, Long.MIN_VALUE);

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;

  @Test
  void idAndDescriptors_areAsInTheFile() {
    kernel.statsFile(FILE.bytes());

    Statistics statistics = machine.vcpu.statistics();

    assertEquals("kvm-4711/vcpu-0", statistics.id());
    assertEquals(
        List.of(
            descriptor(
                "exits",
                StatisticDescriptor.Type.CUMULATIVE,
                StatisticDescriptor.Unit.NONE,
                StatisticDescriptor.Base.POW10,
                0,
                1,
                0),
            descriptor(
                "halt_wait_ns",
                StatisticDescriptor.Type.CUMULATIVE,
                StatisticDescriptor.Unit.SECONDS,
                StatisticDescriptor.Base.POW10,
                -9,
                1,
                0),
            descriptor(
                "wait_hist",
                StatisticDescriptor.Type.LOG_HISTOGRAM,
                StatisticDescriptor.Unit.SECONDS,
                StatisticDescriptor.Base.POW10,
                -9,
                3,
                0),
            descriptor(
                "peak_cycles",
                StatisticDescriptor.Type.PEAK,
                StatisticDescriptor.Unit.CYCLES,
                StatisticDescriptor.Base.POW10,
                6,
                1,
                0),
            descriptor(
                "linear",
                StatisticDescriptor.Type.LINEAR_HISTOGRAM,
                StatisticDescriptor.Unit.BYTES,
                StatisticDescriptor.Base.POW2,
                10,
                2,
                500),
            descriptor(
                "blocking",
                StatisticDescriptor.Type.INSTANT,
                StatisticDescriptor.Unit.BOOLEAN,
                StatisticDescriptor.Base.POW10,
                0,
                1,
                0),
            descriptor(
                "from_the_future",
                StatisticDescriptor.Type.UNKNOWN,
                StatisticDescriptor.Unit.UNKNOWN,
                StatisticDescriptor.Base.UNKNOWN,
                0,
                1,
                0)),
        statistics.descriptors());
  }

  @Test
  void values_areReadAnewEachTime_inTheFilesOrder() {
    byte[] file = FILE.bytes();
    kernel.statsFile(file);
    Statistics statistics = machine.vm.statistics();
    Map<String, long[]> before = statistics.read();
    little(file).putLong(FILE.dataAt(), 1000);
    kernel.statsFile(file);

    Map<String, long[]> after = statistics.read();

    assertEquals(
        List.of(
            "exits",
            "halt_wait_ns",
            "wait_hist",
            "peak_cycles",
            "linear",
            "blocking",
            "from_the_future"),
        List.copyOf(after.keySet()));
    assertArrayEquals(new long[] {71}, before.get("exits"));
    assertArrayEquals(new long[] {1000}, after.get("exits"));
    assertArrayEquals(new long[] {1, 2, 3}, after.get("wait_hist"));
    assertArrayEquals(new long[] {4, 5}, after.get("linear"));
    assertArrayEquals(new long[] {Long.MIN_VALUE}, after.get("from_the_future"));
  }

  @Test
  void oneValue_isReadByItsName() {
    kernel.statsFile(FILE.bytes());
    Statistics statistics = machine.vm.statistics();

    assertEquals(73, statistics.value("peak_cycles"));
    assertEquals(
        "the VM has no statistic no_such: choose one of descriptors()",
        assertThrows(IllegalArgumentException.class, () -> statistics.value("no_such"))
            .getMessage());
    assertEquals(
        "Statistic wait_hist has 3 values: use read()",
        assertThrows(IllegalArgumentException.class, () -> statistics.value("wait_hist"))
            .getMessage());
  }

  @Test
  void shortReads_areContinued() {
    kernel.statsFile(FILE.bytes()).always("pread", offset -> 5);

    assertArrayEquals(new long[] {1, 2, 3}, machine.vm.statistics().read().get("wait_hist"));
  }

  @Test
  void aFileThatEndsEarly_isRefused_andClosed() {
    kernel.statsFile(Arrays.copyOf(FILE.bytes(), StatsFile.DESCRIPTORS_AT + 100));

    KvmException failure = assertThrows(KvmException.class, machine.vcpu::statistics);

    assertEquals(
        "The statistics of vCPU 0 end at byte 172, 348 bytes early. Report it: the kernel says"
            + " more.",
        failure.getMessage());
    assertEquals("close", kernel.calls().get(kernel.calls().size() - 1));
  }

  @ParameterizedTest
  @CsvSource({
    KvmStatsHeader.NAME_SIZE + ", name_size",
    KvmStatsHeader.NUM_DESC + ", num_desc",
    KvmStatsHeader.ID_OFFSET + ", id_offset",
    KvmStatsHeader.DESC_OFFSET + ", desc_offset",
    KvmStatsHeader.DATA_OFFSET + ", data_offset"
  })
  void aHeaderWithAHugeNumber_isRefused_andClosed(int at, String field) {
    byte[] file = FILE.bytes();
    little(file).putInt(at, -1);
    kernel.statsFile(file);

    String message = assertThrows(KvmException.class, machine.vm::statistics).getMessage();

    assertTrue(
        message.startsWith("The statistics of the VM: " + field + " is 4294967295, more than "),
        message);
    assertEquals("close", kernel.calls().get(kernel.calls().size() - 1));
  }

  @Test
  void aStatisticOutsideTheData_isRefused() {
    byte[] far = FILE.bytes();
    little(far).putInt(StatsFile.DESCRIPTORS_AT + KvmStatsDesc.OFFSET, Integer.MAX_VALUE);
    kernel.statsFile(far);
    assertThrows(KvmException.class, machine.vm::statistics);

    byte[] long16 = FILE.bytes();
    little(long16).putInt(StatsFile.DESCRIPTORS_AT + KvmStatsDesc.OFFSET, (1 << 20) - 8);
    little(long16).putShort(StatsFile.DESCRIPTORS_AT + KvmStatsDesc.SIZE, (short) -1);
    kernel.statsFile(long16);
    String message = assertThrows(KvmException.class, machine.vm::statistics).getMessage();
    assertTrue(message.contains("statistic exits ends at byte 1572848"), message);
  }

  @Test
  void aNameWithoutEnd_isAsLongAsItsRoom() {
    byte[] file = FILE.bytes();
    int at = StatsFile.DESCRIPTORS_AT + KvmStatsDesc.NAME;
    Arrays.fill(file, at, at + StatsFile.NAME_BYTES, (byte) 'x');
    kernel.statsFile(file);

    assertEquals(71, machine.vm.statistics().value("x".repeat(StatsFile.NAME_BYTES)));
  }

  @Test
  void aFailedReading_saysSo_andTheNextOneWorks() {
    kernel.statsFile(FILE.bytes());
    Statistics statistics = machine.vcpu.statistics();
    kernel.failsOnce("pread", Errno.EFAULT);

    KvmIoctlException failure =
        assertThrows(KvmIoctlException.class, () -> statistics.value("exits"));

    assertTrue(
        failure.getMessage().startsWith("pread of the statistics of vCPU 0: EFAULT (14)."),
        failure::getMessage);
    assertEquals(71, statistics.value("exits"));
  }

  @Test
  void closed_byItself_byItsVcpu_orByItsVm_isClosedOnce() {
    Statistics byItself = machine.vcpu.statistics();
    Statistics byVcpu = machine.vcpu.statistics();
    Statistics byVm = machine.vm.statistics();

    byItself.close();
    byItself.close();
    machine.vcpu.close();
    machine.vm.close();

    assertEquals(5, Collections.frequency(kernel.calls(), "close"), "with vCPU and VM");
    assertEquals(
        "The statistics of vCPU 0 are closed",
        assertThrows(IllegalStateException.class, byVcpu::read).getMessage());
    assertEquals(
        "The statistics of the VM are closed",
        assertThrows(IllegalStateException.class, byVm::read).getMessage());
  }

  private static StatisticDescriptor descriptor(
      String name,
      StatisticDescriptor.Type type,
      StatisticDescriptor.Unit unit,
      StatisticDescriptor.Base base,
      int exponent,
      int size,
      long bucketSize) {
    return new StatisticDescriptor(name, type, unit, base, exponent, size, bucketSize);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
