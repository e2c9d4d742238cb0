package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Mockito.doAnswer;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.HostCpus;
import org.kvm4j.core.device.DeviceCatalog;

/** Where the threads of vCPUs run, on this host. */
@Timeout(60)
final class MachinePinTest {

  private final MockKvm kvm = new MockKvm();

  private CompletableFuture<Set<Integer>> cpusOfVcpu(int index) {
    CompletableFuture<Set<Integer>> seen = new CompletableFuture<>();
    doAnswer(
            run -> {
              seen.complete(HostCpus.allowed());
              return VcpuExit.Interrupted.INSTANCE;
            })
        .when(kvm.vcpus.get(index))
        .run();
    return seen;
  }

  @Test
  void pinnedVcpu_runsThereAlone_andAnotherAnywhere() throws Exception {
    Set<Integer> all = HostCpus.allowed();
    Set<Integer> last = Set.of(Collections.max(all));
    MachineConfig config =
        MachineConfig.standard(MockKvm.RAM_BYTES, 2, new Boot.Flat(new byte[1]))
            .withDevices(List.of())
            .withProcessors(Processors.of(2).withPins(Map.of(1, last)));

    try (Machine machine =
        Machine.create(
            kvm.hypervisor,
            config,
            DeviceCatalog.of(List.of()),
            (id, spec) -> {
              throw new AssertionError(id + " opened " + spec);
            })) {
      CompletableFuture<Set<Integer>> first = cpusOfVcpu(0);
      CompletableFuture<Set<Integer>> second = cpusOfVcpu(1);
      machine.start();

      assertEquals(last, second.get());
      assertEquals(all, first.get());
    }
  }
}
