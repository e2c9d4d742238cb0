package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.kvm4j.VcpuExit;
import org.kvm4j.testkit.RequiresKvm;

/** Machines come and go; the process stays as it is. */
@RequiresKvm
final class LeakIT {

  private static final int CYCLES = 200;

  @Test
  void machinesThatComeAndGo_leaveNothingBehind() throws Exception {
    for (int i = 0; i < 20; i++) {
      oneMachine(i); // loads classes and fills the pools of the JVM
    }
    Resources before = Resources.now();

    for (int i = 0; i < CYCLES; i++) {
      oneMachine(i);
    }

    Resources after = Resources.now();
    assertEquals(before.kvmDescriptors(), after.kvmDescriptors(), "descriptors of KVM");
    assertEquals(0, after.kvmMappings(), "run areas still mapped");
    assertEquals(before.vcpuThreads(), after.vcpuThreads(), "threads of vCPUs");
    // The JVM itself opens, maps and starts a few things whenever it likes: leaking one of them
    // per machine would be 200.
    assertTrue(after.descriptors() - before.descriptors() < 10, before + " before, now " + after);
    assertTrue(after.threads() - before.threads() < 10, before + " before, now " + after);
    assertTrue(after.mappings() - before.mappings() < 50, before + " before, now " + after);
  }

  /** Some end by themselves, some are closed while they run. */
  private static void oneMachine(int i) {
    try (Guest guest = i % 2 == 0 ? Guest.bare() : Guest.withIrqchip()) {
      GuestCpu cpu =
          guest.boot(
              Mode.REAL,
              """
              e6 80 ;        out %al,$0x80
              f4    ; sleep: hlt
              eb fd ;        jmp sleep
              """);
      guest.addCpu();
      Future<VcpuExit> running = cpu.start();
      if (i % 2 == 0) {
        assertEquals(new VcpuExit.Halt(), cpu.await(running));
      }
    }
  }

  private record Resources(
      long descriptors,
      long kvmDescriptors,
      long threads,
      long vcpuThreads,
      long mappings,
      long kvmMappings) {

    static Resources now() throws IOException {
      System.gc(); // buffers that only the collector unmaps are not meant here
      return new Resources(
          count(Path.of("/proc/self/fd")),
          countKvmDescriptors(),
          count(Path.of("/proc/self/task")),
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("vcpu-"))
              .count(),
          countLines(line -> true),
          countLines(line -> line.contains("kvm-vcpu")));
    }

    private static long count(Path directory) throws IOException {
      try (Stream<Path> entries = Files.list(directory)) {
        return entries.count();
      }
    }

    private static long countKvmDescriptors() throws IOException {
      try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
        return entries.filter(fd -> target(fd).contains("kvm")).count();
      }
    }

    private static String target(Path fd) {
      try {
        return Files.readSymbolicLink(fd).toString();
      } catch (IOException e) {
        return "gone since it was listed";
      }
    }

    private static long countLines(Predicate<String> wanted) throws IOException {
      return Files.readAllLines(Path.of("/proc/self/maps")).stream().filter(wanted).count();
    }
  }
}
