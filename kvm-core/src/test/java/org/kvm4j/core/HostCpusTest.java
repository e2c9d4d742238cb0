package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.Collections;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmException;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.core.sys.Syscalls;

final class HostCpusTest {

  @Test
  void aPinnedThread_mayRunThereAlone_andOthersAsBefore() throws Exception {
    Set<Integer> before = HostCpus.allowed();
    Set<Integer> last = Set.of(Collections.max(before));
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try {
      thread.submit(() -> HostCpus.pinCurrentThread(last)).get();

      assertEquals(last, thread.submit(() -> HostCpus.allowed()).get());
      assertEquals(before, HostCpus.allowed());
    } finally {
      thread.shutdownNow();
    }
  }

  @Test
  void aCpuThatIsNotThere_isRefused() {
    Set<Integer> before = HostCpus.allowed();
    assertFalse(before.contains(8191));

    KvmException none =
        assertThrows(KvmException.class, () -> HostCpus.pinCurrentThread(Set.of(8191)));
    assertTrue(none.getMessage().contains("host CPUs {8191}: EINVAL (22)"), none::getMessage);
    assertThrows(KvmException.class, () -> HostCpus.pinCurrentThread(Set.of(1 << 20)));
    assertEquals(before, HostCpus.allowed());
  }

  @Test
  void aKernelThatDoesNotSay_isTold() {
    Syscalls sys = mock(Syscalls.class);
    when(sys.schedGetaffinity(any())).thenReturn(-Errno.EPERM);

    assertEquals(
        "sched_getaffinity: EPERM (1). Leave the pins out.",
        assertThrows(KvmException.class, () -> HostCpus.allowed(sys)).getMessage());
  }
}
