package org.kvm4j.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BiPredicate;
import org.kvm4j.device.Device;
import org.kvm4j.device.DeviceProvider;

/**
 * Does to a device what a recording of {@code kvm4j run --record} says that a guest did, and
 * compares all that the device does with what it did then.
 *
 * <pre>{@code
 * @Test
 * void linuxProbe_getsTheSameAnswers() {
 *   Replay.check(Path.of("src/test/resources/probe.rec.gz"), new SerialProvider());
 * }
 * }</pre>
 *
 * <p>Compared are the values that the guest reads, the changes of interrupt lines, the use of host
 * streams, requests to the VM and whether the device throws. Time is that of the recording: it
 * stands during a call, and a timer runs only where one ran then. Guest RAM is not in a recording,
 * nor is what a device read from other devices: here RAM is {@link MockMachine#MEMORY_BYTES} of
 * zeros, and nobody else is on the buses. Threading: one thread.
 */
public final class Replay {

  private static final int LINES_BEFORE = 8;

  private final Recording recording;
  private final DeviceProvider provider;
  private final Queue<String> before = new ArrayDeque<>();
  private Expected expected;
  private ReplayContext context;
  private Device device;

  private Replay(Recording recording, DeviceProvider provider) {
    this.recording = recording;
    this.provider = provider;
  }

  /**
   * Replays what the only device of the provider's type saw.
   *
   * @param recording a file, plain or gzipped
   * @throws AssertionError naming the first difference, with its line in the file
   * @throws IllegalArgumentException if the file is damaged, or has not exactly one such device
   * @throws org.kvm4j.device.DeviceConfigurationException if the device has other options now
   * @throws UncheckedIOException if the file cannot be read
   */
  public static void check(Path recording, DeviceProvider provider) {
    String wanted = provider.type();
    check(recording, provider, (id, type) -> type.equals(wanted), "of type " + wanted);
  }

  /**
   * As {@link #check(Path, DeviceProvider)}, for one of several devices.
   *
   * @param deviceId its id in the recording: {@code serial-2}
   */
  public static void check(Path recording, DeviceProvider provider, String deviceId) {
    check(recording, provider, (id, type) -> id.equals(deviceId), deviceId);
  }

  private static void check(
      Path file, DeviceProvider provider, BiPredicate<String, String> wanted, String wantedText) {
    try (Recording recording = Recording.open(file, wanted, wantedText)) {
      new Replay(recording, provider).run();
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void run() throws IOException {
    expected = new Expected(recording.isOnlyAccesses());
    context = new ReplayContext(recording, provider, expected);
    try {
      if (recording.isOnlyAccesses()) {
        device = provider.create(context);
      }
      for (var call = recording.next(); call.isPresent(); call = recording.next()) {
        replay(call.get());
      }
    } finally {
      if (device != null) {
        device.close();
      }
    }
  }

  private void replay(Recording.Call call) {
    context.setTime(call.event().timeNanos());
    expected.start(call.effects());
    try {
      Happening came = answer(call.event().what());
      expected.end();
      if (!came.equals(call.event().what())) {
        throw new Difference(call.event().what().toString(), came.toString());
      }
    } catch (Difference e) {
      throw report(call, e);
    }
    remember(call);
  }

  /** Makes the call; what a recorder would write of it now. */
  private Happening answer(Happening call) {
    try {
      return perform(call);
    } catch (Difference e) {
      throw e;
    } catch (RuntimeException | Error e) {
      expected.fault(e);
      return call; // what the guest then reads is the framework's
    }
  }

  private Happening perform(Happening call) {
    if (call.kind() == Happening.Kind.CREATE) {
      device = provider.create(context);
      return call;
    }
    if (device == null) {
      throw new Difference(
          "nothing that can be replayed: the device's creation is missing. Cut only at the end",
          call.toString());
    }
    if (call.kind() == Happening.Kind.RESET) {
      device.reset();
      return call;
    }
    return context.perform(call);
  }

  private void remember(Recording.Call call) {
    call.effects().forEach(this::remember);
    remember(call.event());
  }

  private void remember(Recording.Event event) {
    before.add("  %6d  %s%n".formatted(event.lineNumber(), event.text()));
    if (before.size() > LINES_BEFORE) {
      before.remove();
    }
  }

  private AssertionError report(Recording.Call call, Difference difference) {
    int line = expected.lineOfDifference().orElse(call.event().lineNumber());
    return new AssertionError(
        "Device %s differs from the recording, line %d%nrecorded: %s%nreplayed: %s%nin:     %6d  %s%nafter:%n%s"
            .formatted(
                recording.id(),
                line,
                difference.recorded(),
                difference.replayed(),
                call.event().lineNumber(),
                call.event().text(),
                String.join("", before)),
        difference.getCause());
  }
}
