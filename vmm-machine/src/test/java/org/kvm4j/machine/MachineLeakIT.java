package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.Hypervisor;
import org.kvm4j.core.Kvm;
import org.kvm4j.core.device.DeviceCatalog;
import org.kvm4j.core.stream.HostStreams;
import org.kvm4j.testkit.RequiresKvm;

/** After many machines there is no descriptor, thread or mapping more than after one. */
@RequiresKvm
@Timeout(120)
final class MachineLeakIT {

  private static final int CYCLES = 200;

  /** Not touched, so it costs address space only: more of it than a JVM takes for itself. */
  private static final long MEMORY_BYTES = 256 << 20;

  private static final MachineConfig CONFIG =
      MachineConfig.standard(MEMORY_BYTES, 2, new GuestCode().label("spin").jmp("spin").boot())
          .withDevices(
              DeviceRequest.merge(
                  MachineConfig.STANDARD_DEVICES,
                  List.of(DeviceRequest.parse("serial,backend=pty"))));

  @Test
  void manyMachines_leaveNothingBehind() throws Exception {
    cycle(); // loads what is loaded once
    List<String> descriptors = descriptors();
    List<String> threads = threads();
    long addressSpaceBytes = addressSpaceBytes();

    for (int i = 0; i < CYCLES; i++) {
      cycle();
    }

    assertEquals(descriptors, descriptors());
    assertEquals(threads, threads());
    assertEquals(List.of(), mappingsOfKvm());
    long grownBytes = addressSpaceBytes() - addressSpaceBytes;
    assertTrue(
        grownBytes < CYCLES * MEMORY_BYTES / 10, () -> "address space grew by " + grownBytes);
  }

  private static void cycle() throws InterruptedException {
    try (Hypervisor hypervisor = Kvm.open();
        Machine machine =
            Machine.create(
                hypervisor,
                CONFIG,
                DeviceCatalog.load(),
                (device, spec) -> HostStreams.open(spec))) {
      machine.start();
      machine.stop("enough");
      assertEquals(MachineEnd.Kind.STOPPED, machine.await().kind());
    }
  }

  /** Where every descriptor leads, but for the files that the JVM itself opens at any time. */
  private static List<String> descriptors() throws IOException {
    try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
      return fds.map(MachineLeakIT::target)
          .filter(target -> !target.matches(".*(\\.jar|\\.class|/modules|/fd|\\(gone\\))"))
          .sorted()
          .toList();
    }
  }

  private static String target(Path fd) {
    try {
      // Without numbers of inodes: a pipe that the JVM replaces counts as the same one.
      return Files.readSymbolicLink(fd).toString().replaceAll("\\[\\d+]", "");
    } catch (IOException e) {
      return "(gone)"; // closed between the listing and here
    }
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("kvm4j"))
        .sorted()
        .toList();
  }

  private static List<String> mappingsOfKvm() throws IOException {
    try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
      return maps.filter(line -> line.contains("kvm-") || line.contains("/dev/kvm")).toList();
    }
  }

  private static long addressSpaceBytes() throws IOException {
    try (Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
      return status
          .filter(line -> line.startsWith("VmSize:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
          .findFirst()
          .orElseThrow();
    }
  }
}
