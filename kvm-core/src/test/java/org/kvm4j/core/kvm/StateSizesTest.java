package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.KeptStruct.counting;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kvm4j.CpuidEntry;
import org.kvm4j.CpuidTable;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmException;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.core.abi.KvmCpuid2;
import org.kvm4j.core.abi.KvmNestedState;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.state.NestedState;
import org.kvm4j.state.VcpuState;
import org.kvm4j.state.XsaveState;

/** The parts of VcpuState whose size only the kernel knows. */
final class StateSizesTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final VcpuState state = machine.vcpu.state();

  @Test
  void xsave_hasTheSizeThatTheCapabilityTells() {
    int size = 11_008;
    kernel.offers(KvmCapability.XSAVE2, size);
    keeps("KVM_SET_XSAVE", "KVM_GET_XSAVE2", size);
    XsaveState set = new XsaveState(counting(size, 5));

    state.setXsave(set);

    assertEquals(size, state.xsaveSizeBytes());
    assertEquals(set, state.xsave());
  }

  @Test
  void xsave_hasOnePageOnOldKernels() {
    kernel.offers(KvmCapability.XSAVE2, 0);
    keeps("KVM_SET_XSAVE", "KVM_GET_XSAVE", XsaveState.MIN_BYTES);
    XsaveState set = new XsaveState(counting(XsaveState.MIN_BYTES, 5));

    state.setXsave(set);

    assertEquals(set, state.xsave());
    assertFalse(kernel.calls().contains("KVM_GET_XSAVE2"));
  }

  @Test
  void xsaveOfAnotherSize_isRefusedWithBothSizes() {
    XsaveState large = new XsaveState(new byte[8192]);

    String message =
        assertThrows(IllegalArgumentException.class, () -> state.setXsave(large)).getMessage();

    assertTrue(message.contains("8192") && message.contains("4096"), message);
    assertFalse(kernel.calls().contains("KVM_SET_XSAVE"));
  }

  @Test
  void nestedState_isReadWithTheSizeThatTheKernelWrites_andWrittenBack() {
    nestedStateOf(4224);
    NestedState expected = nested(400);
    keeps("KVM_SET_NESTED_STATE", "KVM_GET_NESTED_STATE", 400);

    state.setNested(expected);

    assertEquals(expected, state.nested());
  }

  @Test
  void nestedState_isAskedForAgainOnce_ifTheBufferWasTooSmall() {
    nestedStateOf(128);
    NestedState expected = nested(5000);
    kernel.next(
        "KVM_GET_NESTED_STATE",
        argument -> {
          ByteBuffer header = kernel.at(argument, KvmNestedState.SIZEOF);
          assertEquals(128, header.getInt(KvmNestedState.SIZE));
          header.putInt(KvmNestedState.SIZE, 5000);
          return -Errno.E2BIG;
        },
        argument -> {
          ByteBuffer all = kernel.at(argument, 5000);
          assertEquals(5000, all.getInt(KvmNestedState.SIZE));
          all.put(0, expected.bytes());
          return 0;
        });

    assertEquals(expected, state.nested());
  }

  @Test
  void nestedState_thatStaysTooSmall_isAnError() {
    kernel.failsOnce("KVM_GET_NESTED_STATE", Errno.E2BIG);
    kernel.failsOnce("KVM_GET_NESTED_STATE", Errno.E2BIG);

    assertEquals(Errno.E2BIG, assertThrows(KvmIoctlException.class, state::nested).errno());
  }

  @ParameterizedTest
  @ValueSource(ints = {127, (1 << 20) + 1, -1})
  void aSizeOfNestedStateThatCannotBe_isNotTrusted(int size) {
    kernel.next(
        "KVM_GET_NESTED_STATE",
        argument -> {
          kernel.at(argument, KvmNestedState.SIZEOF).putInt(KvmNestedState.SIZE, size);
          return -Errno.E2BIG;
        });

    assertThrows(KvmException.class, state::nested);
  }

  @Test
  void nestedStateThatIsLargerThanTheHosts_isRefused() {
    nestedStateOf(4224);
    NestedState large = nested(8320);

    String message =
        assertThrows(IllegalArgumentException.class, () -> state.setNested(large)).getMessage();

    assertTrue(message.contains("8320") && message.contains("4224"), message);
    assertFalse(kernel.calls().contains("KVM_SET_NESTED_STATE"));
  }

  @Test
  void cpuid_isWhatTheKernelTells_alsoIfItTellsNoCount() {
    CpuidTable table =
        new CpuidTable(
            List.of(
                new CpuidEntry(0, 0, 0, 1, 2, 3, 4),
                new CpuidEntry(0, 0, 0, 0, 0, 0, 0), // an entry may well be all zeros
                new CpuidEntry(7, 1, CpuidEntry.FLAG_SIGNIFICANT_INDEX, 5, 6, 7, -1)));
    kernel.next(
        "KVM_GET_CPUID2",
        argument -> answerCpuid(argument, table, true),
        argument -> answerCpuid(argument, table, false));

    assertEquals(table, state.cpuid());
    assertEquals(table, state.cpuid());
  }

  @Test
  void cpuidTables_growUntilTheyFit() {
    CpuidTable table =
        new CpuidTable(
            IntStream.range(0, 300).mapToObj(i -> new CpuidEntry(i, 0, 0, i, 2, 3, 4)).toList());
    for (String call : List.of("KVM_GET_CPUID2", "KVM_GET_SUPPORTED_HV_CPUID")) {
      kernel.always(call, argument -> answerCpuid(argument, table, true));
    }

    assertEquals(table, state.cpuid());
    assertEquals(table, state.supportedHypervCpuid());
  }

  @Test
  void cpuidTablesThatNeverFit_areAnError() {
    kernel.always("KVM_GET_CPUID2", argument -> -Errno.E2BIG);

    assertEquals(Errno.E2BIG, assertThrows(KvmIoctlException.class, state::cpuid).errno());
  }

  @Test
  void aCpuidCountBeyondTheRoom_isNotBelieved() {
    kernel.next(
        "KVM_GET_CPUID2",
        argument -> {
          kernel.at(argument, KvmCpuid2.SIZEOF).putInt(KvmCpuid2.NENT, 129);
          return 0;
        });

    assertEquals(
        "KVM_GET_CPUID2 on vCPU 0: the kernel tells of 129 entries where there is room for 128."
            + " Update the kernel.",
        assertThrows(KvmException.class, state::cpuid).getMessage());
  }

  private void keeps(String set, String get, int sizeBytes) {
    KeptStruct.between(kernel, set, get, sizeBytes);
  }

  private void nestedStateOf(int sizeBytes) {
    kernel.offers(KvmCapability.NESTED_STATE, sizeBytes);
  }

  /** As the kernel does; before Linux 6.5 KVM_GET_CPUID2 left the count alone. */
  private int answerCpuid(long argument, CpuidTable table, boolean tellCount) {
    int count = table.entries().size();
    int room = kernel.at(argument, KvmCpuid2.SIZEOF).getInt(KvmCpuid2.NENT);
    if (room < count) {
      return -Errno.E2BIG;
    }
    ByteBuffer cpuid = kernel.at(argument, KvmCpuid2.sizeBytes(count));
    cpuid.put(KvmCpuid2.ENTRIES, new byte[count * KvmCpuid2.SIZEOF_ENTRY]); // padding, too
    KvmCpuid2.write(cpuid, table);
    cpuid.putInt(KvmCpuid2.NENT, tellCount ? count : room);
    return 0;
  }

  private static NestedState nested(int sizeBytes) {
    byte[] bytes = counting(sizeBytes, 9);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putInt(KvmNestedState.SIZE, sizeBytes);
    return new NestedState(bytes);
  }
}
