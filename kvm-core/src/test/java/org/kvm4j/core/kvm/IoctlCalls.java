package org.kvm4j.core.kvm;

import java.util.List;
import java.util.stream.Stream;

/** Every ioctl that kvm4j makes, with a call that makes it. */
final class IoctlCalls {

  private IoctlCalls() {}

  static List<IoctlCall> all() {
    return Stream.of(
            ClockAndCoalescingCalls.ALL,
            DebugCalls.ALL,
            DeviceCalls.ALL,
            ExitCalls.ALL,
            InjectionCalls.ALL,
            InterruptCalls.ALL,
            MemoryCalls.ALL,
            RegisterCalls.ALL,
            StateCalls.ALL,
            SystemCalls.ALL)
        .flatMap(List::stream)
        .toList();
  }
}
