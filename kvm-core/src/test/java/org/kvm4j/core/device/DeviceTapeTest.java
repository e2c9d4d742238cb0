package org.kvm4j.core.device;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.Mockito.mock;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kvm4j.bus.MmioHandler;
import org.kvm4j.core.bus.Target;
import org.kvm4j.device.DeviceConfigurationException;
import org.kvm4j.device.HostStream;
import org.kvm4j.device.InterruptController;
import org.kvm4j.device.InterruptLine;
import org.kvm4j.device.VmClock;
import org.kvm4j.device.VmEvent;
import org.kvm4j.testkit.FakeClock;
import org.kvm4j.testkit.MemoryStream;
import org.kvm4j.testkit.RecordingControl;
import org.kvm4j.testkit.RecordingLine;

class DeviceTapeTest {

  private static final String HEADER =
      "kvm4j-recording 1\nwall-clock 1700000000000\ndevice d test\n";

  private final FakeClock clock = new FakeClock();
  private final ByteArrayOutputStream file = new ByteArrayOutputStream();
  private final Recorder recorder;
  private final Tape tape;

  DeviceTapeTest() {
    clock.setWallClock(Instant.ofEpochMilli(1_700_000_000_000L));
    recorder = new Recorder(file, Path.of("test.rec"), 1 << 20, clock, message -> {});
    tape = tape();
  }

  private Tape tape() {
    return recorder.tape("d", "test", Map.of());
  }

  @Test
  void accesses_haveTheirAddress_andAsManyBitsAsTheirSize() {
    Target pio = tape.around(TestProvider.answering(-1), 0x3f8);
    Target mmio =
        tape.around(
            new MmioHandler() {
              @Override
              public long read(long offset, int size) {
                return -2;
              }

              @Override
              public void write(long offset, int size, long value) {}
            },
            0xffff_ffff_0000_0000L);
    assertEquals(-1, pio.read(5, 1));
    pio.write(0, 2, -1);
    assertEquals(-2, mmio.read(0x10, 8));
    mmio.write(0, 4, -3);
    assertRecorded(
        """
        0 - d in 0x3fd 1 0xff
        0 - d out 0x3f8 2 0xffff
        0 - d load 0xffffffff00000010 8 0xfffffffffffffffe
        0 - d store 0xffffffff00000000 4 0xfffffffd
        """);
  }

  @Test
  void anInterruptController_isRefused_withWhatToLeaveOut() {
    InterruptController controller = mock(InterruptController.class);
    assertEquals(
        "Device d: interrupt controllers cannot be recorded. Leave out --record or --irqchip split.",
        assertThrows(DeviceConfigurationException.class, () -> tape.around(controller))
            .getMessage());
  }

  @Test
  void clockOfADevice_standsDuringACall_andRunsOutside() {
    VmClock seen = tape.around((VmClock) clock);
    List<Long> times = new ArrayList<>();
    Target handler =
        tape.around(
            TestProvider.reading(
                () -> {
                  times.add(seen.nanoTime());
                  clock.advance(5_000_000);
                  times.add(seen.nanoTime());
                  times.add(seen.epochMillis());
                  return 0;
                }),
            0);
    clock.advance(1_000_000);
    handler.read(0, 1);
    times.add(seen.nanoTime());
    times.add(seen.epochMillis());
    assertEquals(
        List.of(1_000_000L, 1_000_000L, 1_700_000_000_001L, 6_000_000L, 1_700_000_000_006L), times);
    assertRecorded("1000000 - d in 0x0 1 0x0\n");
  }

  @Test
  void effects_comeBeforeTheirCall_andOnlyChangesOfALine() {
    RecordingLine wire = new RecordingLine();
    RecordingControl vm = new RecordingControl();
    MemoryStream host = new MemoryStream();
    InterruptLine line = tape.around(wire, 4);
    HostStream stream = tape.around((HostStream) host);
    stream.onReady(
        () -> {
          stream.read();
          stream.read();
          line.set(true);
          line.set(true);
        });
    host.setRoom(1);
    host.send("a");
    tape.around(vm).request(VmEvent.RESET, "a test");
    tape.around(vm).exit(33, "a test");
    tape.around(
            TestProvider.reading(
                () -> {
                  stream.write(0x141);
                  stream.write(0x42);
                  line.set(false);
                  return 7;
                }),
            0)
        .read(0, 1);
    assertEquals("A", host.received());
    assertEquals(2, wire.edges());
    assertEquals(1, vm.requests().size());
    assertEquals(List.of(new RecordingControl.Exit(33, "a test")), vm.exits());
    assertRecorded(
        """
        0 . d read 0 0x61
        0 . d read 0 -
        0 . d line 4 1
        0 - d ready 0
        0 . d request RESET
        0 . d exit 33
        0 . d write 0 0x41 1
        0 . d write 0 0x42 0
        0 . d line 4 0
        0 - d in 0x0 1 0x7
        """);
  }

  @Test
  void timersAndStreams_areNumberedInTheOrderOfTheirMaking() {
    Runnable first = tape.timerTask(() -> {});
    Runnable second = tape.timerTask(() -> {});
    HostStream other = tape.around((HostStream) new MemoryStream());
    HostStream stream = tape.around((HostStream) new MemoryStream());
    second.run();
    first.run();
    stream.read();
    other.read();
    assertRecorded("0 - d timer 1\n0 - d timer 0\n0 . d read 1 -\n0 . d read 0 -\n");
  }

  @Test
  void callWithinACallOfTheSameDevice_isLeftToTheReplay() {
    Target inner = tape.around(TestProvider.answering(3), 0);
    tape.timerTask(() -> inner.read(0, 1)).run();
    Target innerOfAnother = tape().around(TestProvider.answering(3), 0);
    tape.timerTask(() -> innerOfAnother.read(0, 1)).run();
    assertRecorded("0 - d timer 0\ndevice d test\n0 - d in 0x0 1 0x3\n0 - d timer 1\n");
  }

  @Test
  void whatADeviceThrows_isRecorded_andStillThrown() {
    RuntimeException bug = new IllegalStateException("no such state");
    Target handler =
        tape.around(
            TestProvider.reading(
                () -> {
                  throw bug;
                }),
            0);
    assertThrows(IllegalStateException.class, () -> handler.read(0, 1));
    assertThrows(IllegalStateException.class, () -> handler.write(0, 1, 5));
    assertThrows(
        IllegalStateException.class,
        () ->
            tape.create(
                () -> {
                  throw bug;
                }));
    assertRecorded(
        """
        0 . d fault java.lang.IllegalStateException:%20no%20such%20state
        0 - d in 0x0 1 0xff
        0 . d fault java.lang.IllegalStateException:%20no%20such%20state
        0 - d out 0x0 1 0x5
        0 . d fault java.lang.IllegalStateException:%20no%20such%20state
        0 - d create
        """);
  }

  private void assertRecorded(String events) {
    recorder.close();
    assertEquals(HEADER + events, file.toString(US_ASCII));
  }
}
