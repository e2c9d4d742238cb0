package org.kvm4j.core.kvm;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.kvm4j.core.abi.FdKind;
import org.kvm4j.core.abi.Ioctl;

/**
 * One ioctl as a user of the API makes it.
 *
 * @param ioctl the call
 * @param kind the descriptor it is made on
 * @param java the method that makes it, as the table of ioctls shows it: {@code Vcpu.registers}
 * @param action calls that method, and whatever must come before it
 * @param errnos what the kernel documents that the call can fail with
 */
record IoctlCall(
    Ioctl ioctl, FdKind kind, String java, Consumer<ScriptedMachine> action, List<Integer> errnos) {

  static IoctlCall of(
      Ioctl ioctl, FdKind kind, String java, Consumer<ScriptedMachine> action, int... errnos) {
    return new IoctlCall(ioctl, kind, java, action, IntStream.of(errnos).boxed().toList());
  }

  @Override
  public String toString() {
    return ioctl + " on " + kind;
  }
}
