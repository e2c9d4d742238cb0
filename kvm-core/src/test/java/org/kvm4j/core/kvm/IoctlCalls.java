package org.kvm4j.core.kvm;

import java.util.List;
import java.util.stream.Stream;

/** Every ioctl that kvm4j makes, with a call that makes it. */
final class IoctlCalls {

  private IoctlCalls() {}

  static List<IoctlCall> all() {
    return Stream.of(RegisterCalls.ALL, DebugCalls.ALL, InjectionCalls.ALL, DeviceCalls.ALL)
        .flatMap(List::stream)
        .toList();
  }
}
