package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmException;
import org.kvm4j.MpState;
import org.kvm4j.Registers;
import org.kvm4j.Vcpu;
import org.kvm4j.state.LocalApicState;
import org.kvm4j.state.NestedState;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.VcpuState;
import org.kvm4j.stats.Statistics;

/** The seconds are those of the test, which is the vCPUs' threads as well. */
@Timeout(60)
final class HaltWatchTest {

  private static final long RFLAGS_IF = 1 << 9;
  private static final String ON_BOTH = "hlt with interrupts off on 2 of 2 vCPUs";

  private final Vcpu first = vcpu(0);
  private final Vcpu second = vcpu(1);
  private final InterruptChips chips = mock(InterruptChips.class);
  private final PauseGate gate = new PauseGate();
  private final EndLatch end = new EndLatch(() -> {});
  private final HaltWatch watch = new HaltWatch(2, this::askAll, chips, gate, end);

  private Optional<Consumer<Vcpu>> question = Optional.empty();
  private int timesAsked;
  private final List<Vcpu> answering = new ArrayList<>(List.of(first, second));

  private void askAll(Consumer<Vcpu> newQuestion) {
    timesAsked++;
    question = Optional.of(newQuestion);
  }

  private static Vcpu vcpu(int id) {
    Vcpu vcpu = mock(Vcpu.class);
    when(vcpu.id()).thenReturn(id);
    VcpuState state = mock(VcpuState.class);
    when(vcpu.state()).thenReturn(state);
    when(state.events()).thenReturn(VcpuEvents.NONE);
    when(state.nested()).thenThrow(mock(KvmCapabilityException.class));
    when(state.localApic()).thenReturn(new LocalApicState(new byte[LocalApicState.SIZE_BYTES]));
    Statistics statistics = MockKvm.statistics("exits");
    when(vcpu.statistics()).thenReturn(statistics);
    halts(vcpu, 0);
    return vcpu;
  }

  private static void halts(Vcpu vcpu, long rflags) {
    when(vcpu.mpState()).thenReturn(MpState.HALTED);
    when(vcpu.registers()).thenReturn(Registers.builder().rflags(rflags).build());
  }

  private static void isInTheGuest(Vcpu vcpu) {
    Statistics statistics = vcpu.statistics();
    long exits = statistics.value("exits");
    when(statistics.value("exits")).thenReturn(exits + 1);
  }

  @BeforeEach
  void oneSecondHasPassed() {
    second();
  }

  /** And all vCPUs have answered what they were asked, if they can. */
  private void second() {
    watch.tick();
    question.ifPresent(asked -> answering.forEach(asked));
    question = Optional.empty();
  }

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      second();
    }
  }

  private void assertHalted(String cause) throws InterruptedException {
    assertEquals(
        Optional.of(MachineEnd.of(MachineEnd.Kind.HALTED, cause)),
        end.isReported() ? Optional.of(end.await()) : Optional.empty());
  }

  @Test
  void haltWithInterruptsOff_onAllVcpus_isTheEnd_afterAQuietSecond() throws Exception {
    second();
    assertFalse(end.isReported());

    second();
    assertHalted(ON_BOTH);
  }

  @Test
  void theOnlyVcpu_isNotCounted() throws Exception {
    HaltWatch single = new HaltWatch(1, asked -> asked.accept(first), chips, gate, end);
    single.tick();
    single.tick();
    single.tick();

    assertHalted("hlt with interrupts off");
  }

  @ParameterizedTest
  @EnumSource(names = {"UNINITIALIZED", "INIT_RECEIVED"})
  void vcpuThatWaitsToBeStarted_waitsForEver_whenTheOthersHalt(MpState state) throws Exception {
    when(second.mpState()).thenReturn(state);
    seconds(2);

    assertHalted("hlt with interrupts off on 1 of 2 vCPUs, the others not started");
  }

  @ParameterizedTest
  @EnumSource(names = {"RUNNABLE", "SIPI_RECEIVED", "AP_RESET_HOLD"})
  void vcpuThatMayRun_isNotHalted(MpState state) {
    when(second.mpState()).thenReturn(state);
    seconds(10);

    assertFalse(end.isReported());
  }

  @Test
  void idleGuest_isAskedOnce_andAgainAfterItWasAwake() throws Exception {
    halts(second, RFLAGS_IF);
    timesAsked = 0;
    seconds(100);
    assertFalse(end.isReported());
    assertEquals(1, timesAsked);

    isInTheGuest(second);
    halts(second, 0);
    seconds(2);
    assertEquals(2, timesAsked);
    assertHalted(ON_BOTH);
  }

  @Test
  void busyGuest_isNotAsked() {
    second();
    timesAsked = 0;
    for (int i = 0; i < 10; i++) {
      isInTheGuest(i % 2 == 0 ? first : second);
      second();
    }
    assertEquals(0, timesAsked);
  }

  /** What has been raised and not taken yet wakes a vCPU, or keeps it awake. */
  enum UnderWay {
    EXCEPTION {
      @Override
      VcpuEvents events() {
        VcpuEvents.ExceptionEvent none = VcpuEvents.NONE.exception();
        return VcpuEvents.NONE.withException(
            new VcpuEvents.ExceptionEvent(true, false, 6, none.errorCode(), none.payload()));
      }
    },
    PENDING_EXCEPTION {
      @Override
      VcpuEvents events() {
        VcpuEvents.ExceptionEvent none = VcpuEvents.NONE.exception();
        return VcpuEvents.NONE.withException(
            new VcpuEvents.ExceptionEvent(false, true, 6, none.errorCode(), none.payload()));
      }
    },
    INTERRUPT {
      @Override
      VcpuEvents events() {
        return VcpuEvents.NONE.withInterrupt(new VcpuEvents.InterruptEvent(true, 0x20, false, 0));
      }
    },
    NMI {
      @Override
      VcpuEvents events() {
        return VcpuEvents.NONE.withNmi(new VcpuEvents.NmiEvent(true, false, false));
      }
    },
    PENDING_NMI {
      @Override
      VcpuEvents events() {
        return VcpuEvents.NONE.withNmi(new VcpuEvents.NmiEvent(false, true, false));
      }
    },
    SMI {
      @Override
      VcpuEvents events() {
        return VcpuEvents.NONE.withSmi(new VcpuEvents.SmiEvent(false, true, false, false));
      }
    },
    TRIPLE_FAULT {
      @Override
      VcpuEvents events() {
        return VcpuEvents.NONE.withTripleFaultPending(true);
      }
    };

    abstract VcpuEvents events();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsUnderWay_isNoEnd(UnderWay what) {
    when(second.state().events()).thenReturn(what.events());
    seconds(10);

    assertFalse(end.isReported());
  }

  /** The guest has halted in its handler for NMIs. */
  @Test
  void nmiThatIsMasked_wakesNobody() throws Exception {
    VcpuEvents masked = VcpuEvents.NONE.withNmi(new VcpuEvents.NmiEvent(false, true, true));
    when(second.state().events()).thenReturn(masked);
    seconds(2);

    assertHalted(ON_BOTH);
  }

  @Test
  void hostWithoutEvents_hasNoneThatCount() throws Exception {
    VcpuState state = second.state();
    when(state.events()).thenThrow(mock(KvmCapabilityException.class));
    seconds(2);

    assertHalted(ON_BOTH);
  }

  @ParameterizedTest
  @EnumSource
  void guestInTheGuest_isNoEnd_asItsInterruptsAreAnothers(Nested what) {
    VcpuState state = mock(VcpuState.class);
    LocalApicState apic = new LocalApicState(new byte[LocalApicState.SIZE_BYTES]);
    when(state.localApic()).thenReturn(apic);
    when(state.events()).thenReturn(VcpuEvents.NONE);
    when(state.nested()).thenReturn(nested(what.flags));
    when(second.state()).thenReturn(state);
    seconds(10);

    assertEquals(what == Nested.GIF_ALONE, end.isReported());
  }

  private static NestedState nested(int flags) {
    ByteBuffer header =
        ByteBuffer.allocate(NestedState.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort((short) flags).putShort((short) 1).putInt(NestedState.HEADER_BYTES);
    return new NestedState(header.array());
  }

  enum Nested {
    GUEST_MODE(0x101),
    RUN_PENDING(0x102),
    GIF_ALONE(0x100);

    final int flags;

    Nested(int flags) {
      this.flags = flags;
    }
  }

  @Test
  void lint0ThatIsAnNmi_mayWakeIt_butNotIfMasked() throws Exception {
    LocalApicState apic = new LocalApicState(new byte[LocalApicState.SIZE_BYTES]);
    when(second.state().localApic()).thenReturn(apic.withLvtLint0(0x400));
    seconds(10);
    assertFalse(end.isReported());

    isInTheGuest(second);
    when(second.state().localApic())
        .thenReturn(apic.withLvtLint0(0x400 | LocalApicState.LVT_MASKED));
    seconds(2);
    assertHalted(ON_BOTH);
  }

  @Test
  void deviceThatMaySendAnNmi_isNoEnd() {
    when(chips.mayWakeDeafVcpus()).thenReturn(true);
    seconds(10);

    assertFalse(end.isReported());
  }

  /** It may have woken the one that had said already that it is halted. */
  @Test
  void vcpuThatRanDuringTheLook_isLookedAtAgain() throws Exception {
    second();
    watch.tick();
    question.orElseThrow().accept(first);
    isInTheGuest(second);
    question.orElseThrow().accept(second);
    assertFalse(end.isReported());

    seconds(2);
    assertHalted(ON_BOTH);
  }

  @Test
  void pausedMachine_isNotAsked() throws Exception {
    second();
    gate.close();
    timesAsked = 0;
    seconds(10);
    assertEquals(0, timesAsked);

    gate.reopen();
    seconds(2);
    assertHalted(ON_BOTH);
  }

  /** A reset closes the gate, too, and makes other vCPUs of those that have answered. */
  @Test
  void answersFromBeforeAReset_doNotCount() throws Exception {
    second();
    watch.tick();
    question.orElseThrow().accept(first);
    gate.close();
    gate.reopen();
    question.orElseThrow().accept(second);
    assertFalse(end.isReported());

    seconds(2);
    assertHalted(ON_BOTH);
  }

  @Test
  void vcpuThatADeviceKeeps_doesNotAnswer_andIsNoEnd() {
    answering.remove(second);
    seconds(10);

    assertFalse(end.isReported());
  }

  @Test
  void hostWithoutStatistics_isAskedOnce_andNoEnd() {
    Vcpu vcpu = vcpu(0);
    when(vcpu.statistics()).thenThrow(mock(KvmCapabilityException.class));
    assertNeverLooksAt(vcpu);
  }

  @Test
  void hostThatDoesNotCountExits_isAskedOnce_andNoEnd() {
    Vcpu vcpu = vcpu(0);
    Statistics others = MockKvm.statistics("halt_exits");
    when(vcpu.statistics()).thenReturn(others);
    assertNeverLooksAt(vcpu);
  }

  @Test
  void lookThatFails_isTheLast_andNoEnd() {
    when(second.mpState()).thenThrow(new KvmException("KVM_GET_MP_STATE: EIO (5)."));
    timesAsked = 0;
    seconds(10);

    assertEquals(1, timesAsked);
    assertFalse(end.isReported());
  }

  private void assertNeverLooksAt(Vcpu vcpu) {
    EndLatch itsEnd = new EndLatch(() -> {});
    List<Consumer<Vcpu>> questions = new ArrayList<>();
    HaltWatch blind =
        new HaltWatch(
            1,
            asked -> {
              questions.add(asked);
              asked.accept(vcpu);
            },
            chips,
            gate,
            itsEnd);
    for (int i = 0; i < 10; i++) {
      blind.tick();
    }
    assertEquals(1, questions.size());
    assertFalse(itsEnd.isReported());
    verify(vcpu, never()).mpState();
  }

  @Test
  void close_ofOneThatWasNotStarted_returns() {
    watch.close();
    watch.close();
  }

  @Test
  void close_endsItsThread_andKeepsTheInterruptOfTheCaller() {
    watch.start();
    Thread.currentThread().interrupt();

    watch.close();

    assertEquals(true, Thread.interrupted());
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(thread -> thread.getName().equals("kvm4j-halt")));
  }
}
