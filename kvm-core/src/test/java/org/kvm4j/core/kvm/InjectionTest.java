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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.KvmInterrupt;
import org.kvm4j.core.abi.KvmTprAccessCtl;
import org.kvm4j.core.abi.KvmX86Mce;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.event.Injection;
import org.kvm4j.event.MachineCheck;

/** What reaches the ioctls that inject events. */
final class InjectionTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final Injection inject = machine.vcpu.inject();

  @Test
  void nmiAndSmi_reachTheKernel() {
    inject.nmi();
    inject.smi();

    List<String> calls = kernel.calls();
    assertEquals(List.of("KVM_NMI", "KVM_SMI"), calls.subList(calls.size() - 2, calls.size()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 0x20, 255})
  void anInterrupt_hasItsVector(int vector) {
    List<Integer> given = new ArrayList<>();
    kernel.next(
        "KVM_INTERRUPT",
        argument -> {
          given.add(kernel.at(argument, KvmInterrupt.SIZEOF).getInt(KvmInterrupt.IRQ));
          return 0;
        });

    inject.interrupt(vector);

    assertEquals(List.of(vector), given);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 256})
  void aVectorThatIsNone_isRefusedBeforeTheKernelIsAsked(int vector) {
    assertEquals(
        "Interrupt vector " + vector + ": use 0 to 255",
        assertThrows(IllegalArgumentException.class, () -> inject.interrupt(vector)).getMessage());
    assertFalse(kernel.calls().contains("KVM_INTERRUPT"));
  }

  @Test
  void anInterruptWithTheControllersInTheKernel_saysWhatToDo() {
    kernel.failsOnce("KVM_INTERRUPT", Errno.ENXIO);

    assertEquals(
        "KVM_INTERRUPT on vCPU 0: ENXIO (6). The interrupt controllers are in the kernel: use"
            + " Vm.setIrqLine.",
        assertThrows(KvmIoctlException.class, () -> inject.interrupt(0x20)).getMessage());
  }

  @Test
  void machineCheckBanks_areCountedInTheLowByteOfMcgCap() {
    List<Long> given = new ArrayList<>();
    kernel.next(
        "KVM_X86_SETUP_MCE",
        argument -> {
          given.add(kernel.at(argument, Long.BYTES).getLong(0));
          return 0;
        });

    inject.setUpMachineChecks(10, 0x0900_0100);

    assertEquals(List.of(0x0900_010aL), given);
  }

  @Test
  void machineCheckBanks_outOfRange_areRefused() {
    assertThrows(IllegalArgumentException.class, () -> inject.setUpMachineChecks(0, 0));
    assertThrows(IllegalArgumentException.class, () -> inject.setUpMachineChecks(33, 0));
    assertThrows(IllegalArgumentException.class, () -> inject.setUpMachineChecks(10, 0x101));
    assertFalse(kernel.calls().contains("KVM_X86_SETUP_MCE"));
  }

  @Test
  void aMachineCheck_hasAllItsFields() {
    List<Long> given = new ArrayList<>();
    kernel.next(
        "KVM_X86_SET_MCE",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmX86Mce.SIZEOF);
          given.add(b.getLong(KvmX86Mce.STATUS));
          given.add(b.getLong(KvmX86Mce.ADDR));
          given.add(b.getLong(KvmX86Mce.MISC));
          given.add(b.getLong(KvmX86Mce.MCG_STATUS));
          given.add((long) b.get(KvmX86Mce.BANK));
          return 0;
        });

    inject.machineCheck(new MachineCheck(7, MachineCheck.STATUS_VALID | 0x11, 0x22, 0x33, 0x44));

    assertEquals(List.of(Long.MIN_VALUE | 0x11, 0x22L, 0x33L, 0x44L, 7L), given);
  }

  @Test
  void aMachineCheckThatKvmWouldRefuse_cannotBeMade() {
    assertEquals(
        "Machine-check bank 32: use 0 to 31",
        assertThrows(
                IllegalArgumentException.class,
                () -> new MachineCheck(32, MachineCheck.STATUS_VALID, 0, 0, 0))
            .getMessage());
    assertEquals(
        "Machine-check status 0x1 holds no error: set STATUS_VALID",
        assertThrows(IllegalArgumentException.class, () -> new MachineCheck(0, 1, 0, 0, 0))
            .getMessage());
  }

  @Test
  void taskPriorityReports_areSwitchedOnAndOff() {
    List<Integer> given = new ArrayList<>();
    kernel.always(
        "KVM_TPR_ACCESS_REPORTING",
        argument -> {
          ByteBuffer b = kernel.at(argument, KvmTprAccessCtl.SIZEOF);
          given.add(b.getInt(KvmTprAccessCtl.ENABLED));
          given.add(b.getInt(KvmTprAccessCtl.FLAGS));
          return 0;
        });

    inject.reportTaskPriorityAccesses(true);
    inject.reportTaskPriorityAccesses(false);

    assertEquals(List.of(1, 0, 0, 0), given);
  }

  @Test
  void theVirtualApic_hasItsAddress_onWholeWords() {
    List<Long> given = new ArrayList<>();
    kernel.next(
        "KVM_SET_VAPIC_ADDR",
        argument -> {
          given.add(kernel.at(argument, Long.BYTES).getLong(0));
          return 0;
        });

    inject.setVirtualApicAddress(0x1_2345_6784L);

    assertEquals(List.of(0x1_2345_6784L), given);
    String refused =
        assertThrows(IllegalArgumentException.class, () -> inject.setVirtualApicAddress(0x1002))
            .getMessage();
    assertTrue(refused.endsWith("use a multiple of 4"), refused);
  }
}
