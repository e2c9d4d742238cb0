package org.kvm4j.core.device;

import java.util.ArrayList;
import java.util.List;

/**
 * What the VM has handed out to one device, and takes back: what a device keeps beyond its end is
 * dead. Threading: any thread, so that a late thread of the device gets nothing new.
 */
final class Holdings {

  private final String deviceId;
  private final List<QueuedTimer> timers = new ArrayList<>();
  private final List<LineMixer.Source> lines = new ArrayList<>();
  private final List<GuardedStream> streams = new ArrayList<>();
  private boolean signalsTaken;
  private boolean closed;

  Holdings(String deviceId) {
    this.deviceId = deviceId;
  }

  synchronized QueuedTimer add(QueuedTimer timer) {
    checkOpen();
    if (signalsTaken) {
      timer.kill();
    } else {
      timers.add(timer);
    }
    return timer;
  }

  synchronized LineMixer.Source add(LineMixer.Source line) {
    checkOpen();
    if (signalsTaken) {
      line.release();
    } else {
      lines.add(line);
    }
    return line;
  }

  synchronized GuardedStream add(GuardedStream stream) {
    checkOpen();
    streams.add(stream);
    return stream;
  }

  synchronized void checkOpen() {
    if (closed) {
      throw new IllegalStateException(
          "device %s is closed: it must not keep its context".formatted(deviceId));
    }
  }

  synchronized List<GuardedStream> streams() {
    return List.copyOf(streams);
  }

  /** Another device closes that one. */
  synchronized void forget(GuardedStream theirs) {
    streams.removeIf(each -> each.owned() == theirs.owned());
  }

  /** Timers never run again, lines are low for good. */
  synchronized void takeSignals() {
    signalsTaken = true;
    timers.forEach(QueuedTimer::kill);
    lines.forEach(LineMixer.Source::release);
    timers.clear();
    lines.clear();
  }

  /** Takes all back; the streams are the caller's to close, without any lock. */
  synchronized List<GuardedStream> takeAll() {
    takeSignals();
    closed = true;
    List<GuardedStream> left = List.copyOf(streams);
    streams.clear();
    return left;
  }
}
