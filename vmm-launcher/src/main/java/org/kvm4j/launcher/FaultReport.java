package org.kvm4j.launcher;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.kvm4j.device.DeviceFaultException;

/** A device's fault as its author wants to see it: the access, and the way through the device. */
final class FaultReport {

  private static final int MOST_FRAMES = 20;

  private static final String FRAMEWORK = "org.kvm4j.core.";

  /** From there on it is the framework, which is not to blame. */
  private static final String GUARD = "org.kvm4j.core.device.DeviceGuard";

  private FaultReport() {}

  static String of(DeviceFaultException fault) {
    return fault.getCause() == null
        ? fault.getMessage()
        : fault.getMessage() + System.lineSeparator() + stackOf(fault.getCause());
  }

  private static String stackOf(Throwable cause) {
    List<StackTraceElement> frames =
        Arrays.stream(cause.getStackTrace())
            .takeWhile(frame -> !frame.getClassName().equals(GUARD))
            .toList();
    int end = frames.size();
    while (end > 0 && frames.get(end - 1).getClassName().startsWith(FRAMEWORK)) {
      end--; // what the guard goes through to the device
    }
    return frames.stream()
        .limit(Math.min(end, MOST_FRAMES))
        .map(frame -> "    at " + frame)
        .collect(Collectors.joining(System.lineSeparator()));
  }
}
