package org.kvm4j.launcher;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.kvm4j.device.DeviceFaultException;

/** A device's fault as its author wants to see it: the access, and the way through the device. */
final class FaultReport {

  private static final int MOST_FRAMES = 20;

  /** From there on it is the framework, which is not to blame. */
  private static final String GUARD = "org.kvm4j.core.device.DeviceGuard";

  private FaultReport() {}

  static String of(DeviceFaultException fault) {
    return fault.getCause() == null
        ? fault.getMessage()
        : fault.getMessage() + System.lineSeparator() + stackOf(fault.getCause());
  }

  private static String stackOf(Throwable cause) {
    return Arrays.stream(cause.getStackTrace())
        .takeWhile(frame -> !frame.getClassName().equals(GUARD))
        .limit(MOST_FRAMES)
        .map(frame -> "    at " + frame)
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
