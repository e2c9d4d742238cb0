package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_STATS_FD;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.stats.StatisticDescriptor;
import org.kvm4j.stats.Statistics;
import org.kvm4j.testkit.RequiresKvm;

/** What the host's KVM counts. */
@RequiresKvm
final class StatisticsIT {

  private static final String TEN_OUTS =
      """
      b9 0a 00 ;       mov $10,%cx
      e6 80    ; next: out %al,$0x80
      e2 fc    ;       loop next
      f4       ;       hlt
      """;

  @Test
  @Exercises(value = KVM_GET_STATS_FD, on = FdKind.VCPU)
  void aVcpusExits_rise_asTheGuestRuns() {
    try (Guest guest = Guest.bare()) {
      guest.pio.register(0x80, 1, new RecordingPort());
      GuestCpu cpu = guest.boot(Mode.REAL, TEN_OUTS);
      Statistics statistics = cpu.on(cpu.vcpu::statistics);
      Map<String, long[]> before = statistics.read();

      assertEquals(new VcpuExit.Halt(), cpu.run());

      // From this thread: reading needs no vCPU thread.
      assertTrue(rise("exits", before, statistics) >= 11);
      assertEquals(1, rise("halt_exits", before, statistics));
      // A KVM that interprets the guest counts no port access of its own.
      long io = rise("io_exits", before, statistics);
      assertTrue(io == 0 || io >= 10, "io_exits rose by " + io);
      assertTrue(statistics.id().endsWith("/vcpu-0"), statistics.id());
    }
  }

  @Test
  @Exercises(value = KVM_GET_STATS_FD, on = FdKind.VM)
  void aVmsStatistics_haveNamesAndValues() {
    try (Guest guest = Guest.bare()) {
      Statistics statistics = guest.vm.statistics();

      Map<String, long[]> values = statistics.read();

      assertTrue(statistics.id().startsWith("kvm-"), statistics.id());
      assertFalse(values.isEmpty());
      assertEquals(
          values.keySet(),
          statistics.descriptors().stream()
              .map(StatisticDescriptor::name)
              .collect(Collectors.toSet()));
      for (StatisticDescriptor descriptor : statistics.descriptors()) {
        assertEquals(descriptor.size(), values.get(descriptor.name()).length);
        assertFalse(descriptor.name().isBlank());
      }
    }
  }

  private static long rise(String name, Map<String, long[]> before, Statistics now) {
    return now.value(name) - before.get(name)[0];
  }
}
