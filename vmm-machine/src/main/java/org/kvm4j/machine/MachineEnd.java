package org.kvm4j.machine;

import java.util.Optional;
import java.util.OptionalInt;
import org.kvm4j.KvmException;
import org.kvm4j.device.VmEvent;

/**
 * How a machine ended.
 *
 * @param kind what happened
 * @param cause in a few words, for the user: the register access or exit that meant it
 * @param failure the error behind {@link Kind#FAILED}
 * @param status of a {@link Kind#DEBUG_EXIT}, 0 to 255
 */
public record MachineEnd(
    Kind kind, String cause, Optional<KvmException> failure, OptionalInt status) {

  /** The ends there are. */
  public enum Kind {
    /** The guest switched the machine off. */
    POWER_OFF,
    /** The guest reset the machine. */
    RESET,
    /** The guest's kernel said that it has crashed. */
    GUEST_PANIC,
    /** The guest's CPU gave up: an exception while handling a double fault. */
    TRIPLE_FAULT,
    /** The guest ended the machine with a status of its own, by the device debug-exit. */
    DEBUG_EXIT,
    /** The guest halted for good. */
    HALTED,
    /** The host asked for the end. */
    STOPPED,
    /** The machine could not go on: KVM, a device or the host failed. */
    FAILED;

    /** What a guest's request is, if it ends the machine. */
    static Kind of(VmEvent event) {
      return switch (event) {
        case POWER_OFF -> POWER_OFF;
        case RESET -> RESET;
        case GUEST_PANIC -> GUEST_PANIC;
      };
    }
  }

  static MachineEnd of(Kind kind, String cause) {
    return new MachineEnd(kind, cause, Optional.empty(), OptionalInt.empty());
  }

  static MachineEnd failed(KvmException failure) {
    return new MachineEnd(
        Kind.FAILED, failure.getMessage(), Optional.of(failure), OptionalInt.empty());
  }

  static MachineEnd debugExit(int status, String cause) {
    if (status < 0 || status > 0xff) {
      throw new IllegalArgumentException("exit status " + status + ": use 0 to 255");
    }
    return new MachineEnd(Kind.DEBUG_EXIT, cause, Optional.empty(), OptionalInt.of(status));
  }
}
