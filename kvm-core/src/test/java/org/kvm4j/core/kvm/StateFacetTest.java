package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.KeptStruct.counting;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.KvmDebugregs;
import org.kvm4j.core.abi.KvmLapicState;
import org.kvm4j.core.abi.KvmSignalMask;
import org.kvm4j.core.abi.KvmSregs2;
import org.kvm4j.core.abi.KvmVcpuEvents;
import org.kvm4j.core.abi.KvmXcrs;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.state.DebugRegisters;
import org.kvm4j.state.LocalApicState;
import org.kvm4j.state.SpecialRegisters2;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.VcpuEvents.ExceptionEvent;
import org.kvm4j.state.VcpuEvents.InterruptEvent;
import org.kvm4j.state.VcpuEvents.NmiEvent;
import org.kvm4j.state.VcpuEvents.Part;
import org.kvm4j.state.VcpuEvents.SmiEvent;
import org.kvm4j.state.VcpuState;
import org.kvm4j.state.Xcr;
import org.kvm4j.state.XsaveState;

/** VcpuState to the kernel's structs and back, and what is refused before the kernel is asked. */
final class StateFacetTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final VcpuState state = machine.vcpu.state();

  @Test
  void specialRegisters2_comeBackAsTheyWereSet_withAndWithoutPdptrs() {
    SpecialRegisters2 with =
        new SpecialRegisters2(
            DistinctRegisters.special(List.of(0L, 0L, 0L, 0L)), List.of(0x1001L, 2L, 3L, 1L << 63));
    SpecialRegisters2 without =
        new SpecialRegisters2(DistinctRegisters.special(List.of(0L, 0L, 0L, 0L)), List.of());

    for (SpecialRegisters2 set : List.of(with, without)) {
      keeps("KVM_SET_SREGS2", "KVM_GET_SREGS2", KvmSregs2.SIZEOF);
      state.setSpecialRegisters2(set);
      assertEquals(set, state.specialRegisters2());
    }
  }

  @Test
  void debugRegisters_comeBackAsTheyWereSet() {
    keeps("KVM_SET_DEBUGREGS", "KVM_GET_DEBUGREGS", KvmDebugregs.SIZEOF);
    DebugRegisters set = new DebugRegisters(-1, 2, 3, 1L << 63, 0xffff_0ff0L, 0x401);

    state.setDebugRegisters(set);

    assertEquals(set, state.debugRegisters());
  }

  @Test
  void xcrs_comeBackAsTheyWereSet_upToSixteen() {
    keeps("KVM_SET_XCRS", "KVM_GET_XCRS", KvmXcrs.SIZEOF);
    List<Xcr> set = IntStream.range(0, 16).mapToObj(i -> new Xcr(i, -i - 1L)).toList();

    state.setXcrs(set);

    assertEquals(set, state.xcrs());
  }

  @Test
  void moreThanSixteenXcrs_areRefused() {
    List<Xcr> tooMany = Collections.nCopies(17, new Xcr(0, 1));

    String message =
        assertThrows(IllegalArgumentException.class, () -> state.setXcrs(tooMany)).getMessage();

    assertEquals("17 extended control registers: KVM takes at most 16", message);
    assertFalse(kernel.calls().contains("KVM_SET_XCRS"));
  }

  @ParameterizedTest
  @ValueSource(ints = {17, -1})
  void aCountOfXcrsThatCannotBe_isNotTrusted(int count) {
    kernel.next(
        "KVM_GET_XCRS",
        argument -> {
          kernel.at(argument, KvmXcrs.SIZEOF).putInt(KvmXcrs.NR_XCRS, count);
          return 0;
        });

    assertThrows(KvmException.class, state::xcrs);
  }

  @Test
  void localApic_comesBackAsItWasSet() {
    keeps("KVM_SET_LAPIC", "KVM_GET_LAPIC", KvmLapicState.SIZEOF);
    LocalApicState set = new LocalApicState(counting(LocalApicState.SIZE_BYTES, 3));

    state.setLocalApic(set);

    assertEquals(set, state.localApic());
  }

  @Test
  void events_comeBackAsTheyWereSet() {
    List<VcpuEvents> sets =
        List.of(
            VcpuEvents.NONE,
            new VcpuEvents(
                Set.of(Part.values()),
                new ExceptionEvent(true, false, 14, OptionalInt.of(-7), OptionalLong.of(-9)),
                new InterruptEvent(true, 0xfe, false, 2),
                new NmiEvent(true, false, true),
                0x9f,
                new SmiEvent(true, false, true, false),
                true),
            new VcpuEvents(
                Set.of(Part.SHADOW),
                new ExceptionEvent(false, true, 31, OptionalInt.empty(), OptionalLong.empty()),
                new InterruptEvent(false, 0x20, true, 1),
                new NmiEvent(false, true, false),
                0xff,
                new SmiEvent(false, true, false, true),
                false));

    for (VcpuEvents set : sets) {
      keeps("KVM_SET_VCPU_EVENTS", "KVM_GET_VCPU_EVENTS", KvmVcpuEvents.SIZEOF);
      state.setEvents(set);
      assertEquals(set, state.events());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Part.class,
      names = {"PAYLOAD", "TRIPLE_FAULT"})
  void eventsWithACapabilityOfTheirOwn_areRefusedWithoutIt(Part part) {
    KvmCapability needed =
        part == Part.PAYLOAD
            ? KvmCapability.EXCEPTION_PAYLOAD
            : KvmCapability.X86_TRIPLE_FAULT_EVENT;
    kernel.offers(needed, 0);
    VcpuEvents none = VcpuEvents.NONE;
    VcpuEvents events =
        new VcpuEvents(
            Set.of(part), none.exception(), none.interrupt(), none.nmi(), 0, none.smi(), false);

    KvmCapabilityException failure =
        assertThrows(KvmCapabilityException.class, () -> state.setEvents(events));

    assertEquals(needed, failure.capability());
    assertFalse(kernel.calls().contains("KVM_SET_VCPU_EVENTS"));
  }

  @Test
  void refusedEvents_nameTheCapabilitiesThatMustBeEnabled() {
    kernel.failsOnce("KVM_SET_VCPU_EVENTS", Errno.EINVAL);

    String message =
        assertThrows(KvmIoctlException.class, () -> state.setEvents(VcpuEvents.NONE)).getMessage();

    assertTrue(message.contains("needs its capability enabled on the VM first"), message);
  }

  @Test
  void signalMask_hasABitForEachBlockedSignal() {
    kernel.next(
        "KVM_SET_SIGNAL_MASK",
        argument -> {
          ByteBuffer mask = kernel.at(argument, KvmSignalMask.SIGSET + Long.BYTES);
          assertEquals(8, mask.getInt(KvmSignalMask.LEN));
          assertEquals(1L | 1L << 9 | 1L << 34 | 1L << 63, mask.getLong(KvmSignalMask.SIGSET));
          return 0;
        });

    state.setSignalMask(Set.of(1, 10, 35, 64));

    assertTrue(kernel.calls().contains("KVM_SET_SIGNAL_MASK"));
  }

  @Test
  void signalMask_isClearedByNoMask() {
    kernel.next(
        "KVM_SET_SIGNAL_MASK",
        argument -> {
          assertEquals(0, argument);
          return 0;
        });

    state.clearSignalMask();

    assertTrue(kernel.calls().contains("KVM_SET_SIGNAL_MASK"));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 65, ScriptedKernel.KICK_SIGNAL})
  void signalsThatCannotBeBlocked_areRefused(int signal) {
    Set<Integer> blocked = new HashSet<>(Set.of(10, signal));

    String message =
        assertThrows(IllegalArgumentException.class, () -> state.setSignalMask(blocked))
            .getMessage();

    assertTrue(message.contains("signal " + signal), message);
    assertFalse(kernel.calls().contains("KVM_SET_SIGNAL_MASK"));
  }

  @Test
  void onceClosed_everythingSaysSo() {
    machine.vcpu.close();
    VcpuEvents events = VcpuEvents.NONE.withTripleFaultPending(true);

    for (Runnable access :
        List.<Runnable>of(
            state::xsave,
            state::nested,
            state::cpuid,
            state::xcrs,
            state::clearSignalMask,
            () -> state.setSignalMask(Set.of()),
            () -> state.setEvents(events),
            () -> state.setXsave(new XsaveState(new byte[XsaveState.MIN_BYTES])))) {
      assertEquals(
          "vCPU 0 is closed", assertThrows(IllegalStateException.class, access::run).getMessage());
    }
  }

  private void keeps(String set, String get, int sizeBytes) {
    KeptStruct.between(kernel, set, get, sizeBytes);
  }
}
