package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.KvmGuestDebug;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.debug.DebugConfiguration;
import org.kvm4j.debug.GuestDebug;
import org.kvm4j.debug.HardwareBreakpoint;

/** What reaches KVM_SET_GUEST_DEBUG. */
final class GuestDebugTest {

  private static final int ENABLE = 1;
  private static final int SINGLESTEP = 2;
  private static final int USE_SW_BP = 0x1_0000;
  private static final int USE_HW_BP = 0x2_0000;
  private static final int INJECT_DB = 0x4_0000;
  private static final int INJECT_BP = 0x8_0000;
  private static final int BLOCKIRQ = 0x10_0000;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final GuestDebug debug = machine.vcpu.debug();

  /** What the kernel was given: control, then the eight debug registers. */
  private final List<List<Long>> given = new ArrayList<>();

  GuestDebugTest() {
    kernel.always("KVM_SET_GUEST_DEBUG", this::note);
  }

  private int note(long argument) {
    ByteBuffer b = kernel.at(argument, KvmGuestDebug.SIZEOF);
    List<Long> words = new ArrayList<>();
    words.add(Integer.toUnsignedLong(b.getInt(KvmGuestDebug.CONTROL)));
    for (int i = 0; i < 8; i++) {
      words.add(b.getLong(KvmGuestDebug.ARCH_DEBUGREG + i * 8));
    }
    given.add(words);
    return 0;
  }

  private List<Integer> controls() {
    return given.stream().map(words -> words.get(0).intValue()).toList();
  }

  @Test
  void off_disablesEverything() {
    debug.off();

    assertEquals(List.of(List.of(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0x400L)), given);
  }

  @Test
  void stepsAndSoftwareBreakpoints_areFlags() {
    debug.configure(DebugConfiguration.builder().singleStep(true).build());
    debug.configure(DebugConfiguration.builder().softwareBreakpoints(true).build());

    assertEquals(List.of(ENABLE | SINGLESTEP, ENABLE | USE_SW_BP), controls());
  }

  @Test
  void hardwareBreakpoints_areEncodedForTheirDebugRegisters() {
    debug.configure(
        DebugConfiguration.builder()
            .add(HardwareBreakpoint.execution(0xffff_ffff_8100_0003L))
            .add(HardwareBreakpoint.write(0x2002, 2))
            .add(HardwareBreakpoint.readWrite(0x3004, 4))
            .add(HardwareBreakpoint.write(0x4008, 8))
            .build());

    // G0 to G3; R/W0 0, LEN0 0; R/W1 1, LEN1 1; R/W2 3, LEN2 3; R/W3 1, LEN3 2.
    long dr7 = 0x9f50_04aaL;
    assertEquals(
        List.of(
            List.of(
                (long) (ENABLE | USE_HW_BP),
                0xffff_ffff_8100_0003L,
                0x2002L,
                0x3004L,
                0x4008L,
                0L,
                0L,
                0L,
                dr7)),
        given);
  }

  @Test
  void anInjection_keepsTheConfiguration() {
    DebugConfiguration watching =
        DebugConfiguration.builder()
            .singleStep(true)
            .softwareBreakpoints(true)
            .add(HardwareBreakpoint.write(0x1000, 1))
            .build();
    debug.configure(watching);

    debug.injectDebugException();
    debug.injectBreakpoint();

    int configured = ENABLE | SINGLESTEP | USE_SW_BP | USE_HW_BP;
    assertEquals(List.of(configured, configured | INJECT_DB, configured | INJECT_BP), controls());
    assertEquals(given.get(0).subList(1, 9), given.get(2).subList(1, 9), "the debug registers");
    assertEquals(watching, debug.configuration());
  }

  @Test
  void aRefusedConfiguration_leavesTheOneInForce() {
    DebugConfiguration steps = DebugConfiguration.builder().singleStep(true).build();
    debug.configure(steps);
    kernel.failsOnce("KVM_SET_GUEST_DEBUG", Errno.EINVAL);

    assertThrows(KvmIoctlException.class, debug::off);

    assertEquals(steps, debug.configuration());
  }

  @Test
  void anInjectionOnTopOfAnother_saysWhatToDo() {
    kernel.failsOnce("KVM_SET_GUEST_DEBUG", Errno.EBUSY);

    assertEquals(
        "KVM_SET_GUEST_DEBUG on vCPU 0: EBUSY (16). An exception waits for the guest already: run"
            + " the vCPU before you inject one.",
        assertThrows(KvmIoctlException.class, debug::injectBreakpoint).getMessage());
  }

  @Test
  void blockedInterrupts_areAFlag_whereKvmKnowsIt() {
    kernel.offers(KvmCapability.SET_GUEST_DEBUG2, 0x1f_0003);

    debug.configure(DebugConfiguration.builder().singleStep(true).blockInterrupts(true).build());

    assertEquals(List.of(ENABLE | SINGLESTEP | BLOCKIRQ), controls());
  }

  @Test
  void blockedInterrupts_areRefused_whereKvmWouldIgnoreThem() {
    kernel.offers(KvmCapability.SET_GUEST_DEBUG2, 0xf_0003);
    DebugConfiguration blocking =
        DebugConfiguration.builder().singleStep(true).blockInterrupts(true).build();

    KvmCapabilityException refused =
        assertThrows(KvmCapabilityException.class, () -> debug.configure(blocking));

    assertEquals(KvmCapability.SET_GUEST_DEBUG2, refused.capability());
    assertTrue(
        refused.getMessage().startsWith("KVM_GUESTDBG_BLOCKIRQ on vCPU 0 needs "),
        refused::getMessage);
    assertEquals(List.of(), given);
    assertFalse(debug.configuration().blockInterrupts());
  }
}
