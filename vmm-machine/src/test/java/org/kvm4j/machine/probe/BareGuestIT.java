package org.kvm4j.machine.probe;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Hypervisor;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.stream.HostStreams;
import org.kvm4j.core.stream.MemoryEnd;
import org.kvm4j.core.stream.OpenStream;
import org.kvm4j.machine.Machine;
import org.kvm4j.machine.MachineEnd;
import org.kvm4j.testkit.RequiresKvm;

@RequiresKvm
final class BareGuestIT {

  @Test
  @Timeout(60)
  void bareGuest_greetsCountsTwentyTicksAndSwitchesOff() throws Exception {
    OpenStream stream = HostStreams.open("memory");
    MemoryEnd console = stream.memoryEnd().orElseThrow();
    try (Hypervisor hypervisor = Kvm.open();
        Machine machine =
            Machine.create(
                hypervisor, BareGuest.config(), DeviceCatalog.load(), (id, spec) -> stream)) {
      machine.start();
      MachineEnd end = machine.await();

      String ticks =
          IntStream.rangeClosed(1, 20).mapToObj(Integer::toString).collect(Collectors.joining(" "));
      String output = new String(console.take(), US_ASCII);
      assertEquals(MachineEnd.Kind.POWER_OFF, end.kind(), end::cause);
      assertTrue(output.startsWith("Hello from a 64-bit guest"), output);
      assertTrue(output.contains("Ticks: " + ticks + "\r\n"), output);
      assertTrue(output.endsWith("20 ticks at 100 Hz. Switching off by ACPI.\r\n"), output);
    }
  }
}
