package org.kvm4j.machine.pit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.kvm4j.machine.pit.PitAccess.CONTROL;
import static org.kvm4j.machine.pit.PitAccess.PORT_B;
import static org.kvm4j.machine.pit.PitAccess.in;
import static org.kvm4j.machine.pit.PitAccess.out;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kvm4j.devices.pit.PitProvider;
import org.kvm4j.testkit.MockMachine;
import org.kvm4j.testkit.RequiresKvm;

/**
 * What {@link KvmDifference} and {@link PitSequence} say of KVM's PIT, each where some milliseconds
 * more make no other answer. When one of these fails, KVM has come closer to the datasheet: compare
 * that, too.
 */
@RequiresKvm
@Timeout(60)
final class KernelPitDifferencesIT {

  private static final int COUNTER_2 = 0x42;
  private static final int READ_STATUS = 0xe8;
  private static final int OUT = 0x80;
  private static final int NULL_COUNT = 0x40;
  private static final long MILLI = 1_000_000;
  private static final long ACCESS_NANOS = 10_000;

  private final KernelPitGuest kvm = new KernelPitGuest();

  @AfterEach
  void close() {
    kvm.close();
  }

  @Test
  void kvmDiffers_aControlWordDoesNotResetOut() {
    assertDiffer(
        OUT,
        0,
        out(PORT_B, 1),
        out(CONTROL, 0x90), // mode 0, to its end
        out(COUNTER_2, 1),
        out(CONTROL, 0x90).after(MILLI),
        out(CONTROL, READ_STATUS),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_aControlWordKeepsWhatIsLatched() {
    assertDiffer(
        0xff,
        0x56,
        out(CONTROL, 0xa0), // mode 0, most significant byte
        out(COUNTER_2, 0x80),
        out(CONTROL, 0x80).after(MILLI),
        out(CONTROL, 0x90), // least significant byte
        out(COUNTER_2, 0x56),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_aLatchedCountBeginsAnew_betweenTwoBytes() {
    assertDiffer(
        0x80,
        0,
        out(CONTROL, 0xb0), // mode 0, both bytes
        out(COUNTER_2, 0x00),
        out(COUNTER_2, 0xc0),
        in(COUNTER_2).after(MILLI),
        out(CONTROL, 0x80),
        in(COUNTER_2), // ours: most significant byte of the latched count
        in(COUNTER_2)); // KVM's: that only now
  }

  @Test
  void kvmDiffers_bcdCountsInBinary() {
    assertDiffer(
        OUT,
        OUT,
        out(PORT_B, 1),
        out(CONTROL, 0x91), // mode 0: 10,000 pulses take 8.4 ms, and 65,536 take 55
        out(COUNTER_2, 0),
        out(CONTROL, READ_STATUS).after(9 * MILLI),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_gateDoesNotStopMode0() {
    assertDiffer(
        OUT,
        0,
        out(CONTROL, 0x90),
        out(COUNTER_2, 1),
        out(CONTROL, READ_STATUS).after(MILLI),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_theFirstOfTwoBytesDoesNotStopMode0() {
    assertDiffer(
        OUT,
        0,
        out(PORT_B, 1),
        out(CONTROL, 0xb0),
        out(COUNTER_2, 1),
        out(COUNTER_2, 0),
        out(COUNTER_2, 1).after(MILLI),
        out(CONTROL, READ_STATUS),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_gateDoesNotStopMode4() {
    assertDiffer(
        0xff, 0x80, out(CONTROL, 0xa8), out(COUNTER_2, 0x80), in(COUNTER_2).after(2 * MILLI));
  }

  @Test
  void kvmDiffers_gateDoesNotStopMode2() {
    assertDiffer(
        0xff, 0x80, out(CONTROL, 0xa4), out(COUNTER_2, 0x80), in(COUNTER_2).after(2 * MILLI));
  }

  @Test
  void kvmDiffers_aCountTriggersMode5() {
    assertDiffer(
        0xc0,
        0x40,
        out(CONTROL, 0xaa),
        out(COUNTER_2, 0x80),
        out(PORT_B, 1), // the trigger
        out(COUNTER_2, 0x20),
        in(COUNTER_2).after(MILLI));
  }

  @Test
  void kvmDiffers_aNewCountOfMode2DoesNotWait() {
    assertDiffer(
        0xc0,
        0x40,
        out(PORT_B, 1),
        out(CONTROL, 0xa4),
        out(COUNTER_2, 0x80),
        out(COUNTER_2, 0x20).after(MILLI),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_mode3CountsFromAnOddCount() {
    assertDiffer(
        1,
        0,
        out(PORT_B, 1),
        out(CONTROL, 0xb6),
        out(COUNTER_2, 0xff),
        out(COUNTER_2, 0xff),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_outOfMode2IsInverted() {
    assertDiffer(
        OUT,
        OUT,
        out(PORT_B, 1),
        out(CONTROL, 0xa4),
        out(COUNTER_2, 0x80),
        out(CONTROL, READ_STATUS).after(MILLI),
        in(COUNTER_2));
  }

  @Test
  void kvmDiffers_theStatusHasMode2_where6WasWritten() {
    assertDiffer(0x0e, 0x0c, out(CONTROL, 0xac), out(CONTROL, READ_STATUS), in(COUNTER_2));
  }

  @Test
  void kvmDiffers_theStatusHasNoNullCount() {
    assertDiffer(
        NULL_COUNT, NULL_COUNT, out(CONTROL, 0xa4), out(CONTROL, READ_STATUS), in(COUNTER_2));
  }

  @Test
  void kvmDiffers_portBForgetsTwoBits() {
    assertDiffer(0x0c, 0x0c, out(PORT_B, 0x0c), in(PORT_B));
  }

  /** "Read/write logic": the control word register cannot be read, and the bus floats. */
  @Test
  void kvmDiffers_theControlWordRegisterReads() {
    assertDiffer(0xff, 0xff, in(CONTROL));
  }

  /** The last read gives {@code expected} in ours, and something else in KVM. */
  private void assertDiffer(int mask, int expected, PitAccess... accesses) {
    assertEquals(expected, ours(accesses) & mask, "ours");
    List<Integer> results = kvm.read(accesses);
    assertNotEquals(expected, results.get(results.size() - 1) & mask, "KVM's");
  }

  private static int ours(PitAccess... accesses) {
    int last = 0;
    try (MockMachine machine = MockMachine.with(new PitProvider())) {
      for (PitAccess access : accesses) {
        machine.clock().advance(access.pauseNanos() + ACCESS_NANOS);
        if (access.write()) {
          machine.pio().writeByte(access.port(), access.value());
        } else {
          last = machine.pio().readByte(access.port());
        }
      }
    }
    return last;
  }
}
