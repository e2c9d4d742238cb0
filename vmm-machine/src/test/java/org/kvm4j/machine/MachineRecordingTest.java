package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.doAnswer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kvm4j.KvmException;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.device.HostRequest;
import org.kvm4j.device.VmEvent;
import org.kvm4j.testkit.Replay;

/** What {@code --record} is made of. */
class MachineRecordingTest {

  private final MockKvm kvm = new MockKvm();
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = directory.resolve("machine.rec");
  }

  @Test
  void accessesOfVcpus_areRecordedWithTheirNumber_andCanBeReplayed() throws Exception {
    try (Machine machine = create(powerSwitch())) {
      doAnswer(
              run -> {
                kvm.buses().pio().read(ProbeDevice.PORT, 1);
                return VcpuExit.Interrupted.INSTANCE;
              })
          .when(kvm.vcpus.get(1))
          .run();
      machine.start();
      assertEquals(MachineEnd.Kind.POWER_OFF, machine.await().kind());
    }
    List<String> lines = Files.readAllLines(file);
    assertTrue(lines.contains("device probe probe"), lines::toString);
    assertTrue(lines.contains("0 - probe create"), lines::toString);
    assertTrue(
        lines.stream().anyMatch(line -> line.endsWith(" 1 probe in 0x200 1 0x0")), lines::toString);
    Replay.check(file, powerSwitch());
  }

  @Test
  void powerButton_reachesTheDevice_andCanBeReplayed() throws Exception {
    ProbeDevice button =
        ProbeDevice.onCreate(
            context ->
                context.onHostRequest(
                    HostRequest.POWER_BUTTON,
                    () -> context.control().request(VmEvent.POWER_OFF, "the button")));
    try (Machine machine = create(button)) {
      machine.start();
      assertTrue(machine.pressPowerButton());
      assertEquals("the button", machine.await().cause());
    }
    assertTrue(Files.readString(file).contains(" - probe timer 0"));
    Replay.check(file, button);
  }

  @Test
  void machineWithoutAPowerButton_saysSo() {
    try (Machine machine = create(powerSwitch())) {
      assertFalse(machine.pressPowerButton());
    }
  }

  @Test
  void machineThatCannotBeMade_leavesNoFileInTheWayOfTheNext() {
    ProbeDevice broken =
        ProbeDevice.onCreate(
            context -> {
              throw new IllegalStateException("a bug");
            });
    assertThrows(KvmException.class, () -> create(broken));
    assertFalse(Files.exists(file));
    create(powerSwitch()).close();
    assertFalse(Files.exists(file), "nor does one that was never started");
  }

  @Test
  void fileThatIsThere_isKept_andSaid() throws IOException {
    Files.writeString(file, "precious");
    assertEquals(
        "Recording %s is there already. Name another file, or remove it.".formatted(file),
        assertThrows(KvmException.class, () -> create(powerSwitch())).getMessage());
    assertEquals("precious", Files.readString(file));
  }

  private static ProbeDevice powerSwitch() {
    return ProbeDevice.onAccess(
        context -> context.control().request(VmEvent.POWER_OFF, "the guest read the port"));
  }

  private Machine create(ProbeDevice device) {
    return Machine.create(
        kvm.hypervisor,
        MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[1]))
            .withDevices(List.of(DeviceRequest.of("probe")))
            .withRun(RunOptions.STANDARD.withRecording(file)),
        DeviceCatalog.of(List.of(device)),
        (id, spec) -> {
          throw new AssertionError(id + " opened " + spec);
        });
  }
}
