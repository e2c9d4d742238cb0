package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.Msr;
import org.kvm4j.MsrRefusedException;
import org.kvm4j.Vcpu;
import org.kvm4j.core.abi.KvmMsrs;
import org.kvm4j.core.sys.Errno;

/** Lists of MSRs against a kernel that takes 255 at a time and stops at the first it refuses. */
final class MsrBatchTest {

  private static final int REFUSED = 0xc000_0080;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final Vcpu vcpu = machine.vcpu;

  /** The number of entries of each call. */
  private final List<Integer> batches = new ArrayList<>();

  private final List<Msr> written = new ArrayList<>();

  MsrBatchTest() {
    kernel.always("KVM_GET_MSRS", argument -> answer(argument, true));
    kernel.always("KVM_SET_MSRS", argument -> answer(argument, false));
  }

  @Test
  void msrs_areReadInTheOrderAskedFor() {
    assertEquals(
        List.of(new Msr(0x10, 0x30), new Msr(0xc000_0081, 0xc000_0081 * 3L), new Msr(1, 3)),
        vcpu.msrs(List.of(0x10, 0xc000_0081, 1)));
  }

  @Test
  void msrs_areWrittenInOrderWithTheirValues() {
    List<Msr> set = List.of(new Msr(0x174, -1), new Msr(0x10, 7));

    vcpu.setMsrs(set);

    assertEquals(set, written);
  }

  @Test
  void aRefusedRead_tellsWhich_where_andWhatCameBefore() {
    MsrRefusedException refused =
        assertThrows(MsrRefusedException.class, () -> vcpu.msrs(List.of(0x10, REFUSED, 0x174)));

    assertEquals(
        "KVM_GET_MSRS on vCPU 0: KVM refuses MSR 0xc0000080. Leave it out on this host.",
        refused.getMessage());
    assertEquals(REFUSED, refused.index());
    assertEquals(1, refused.position());
    assertEquals(List.of(new Msr(0x10, 0x30)), refused.valuesBefore());
  }

  @Test
  void aRefusedWrite_tellsWhich_andWhere_andThoseBeforeAreWritten() {
    List<Msr> set = List.of(new Msr(0x10, 1), new Msr(0x174, 2), new Msr(REFUSED, 3));

    MsrRefusedException refused = assertThrows(MsrRefusedException.class, () -> vcpu.setMsrs(set));

    assertEquals(
        "KVM_SET_MSRS on vCPU 0: KVM refuses MSR 0xc0000080. Leave it out on this host.",
        refused.getMessage());
    assertEquals(2, refused.position());
    assertEquals(List.of(), refused.valuesBefore());
    assertEquals(set.subList(0, 2), written);
  }

  @Test
  void longLists_areSplit() {
    List<Integer> indices = IntStream.range(1, 601).boxed().toList();

    List<Msr> read = vcpu.msrs(indices);
    vcpu.setMsrs(read);

    assertEquals(indices.stream().map(index -> new Msr(index, index * 3L)).toList(), read);
    assertEquals(read, written);
    assertEquals(List.of(255, 255, 90, 255, 255, 90), batches);
  }

  @Test
  void aRefusalInALaterPart_isCountedFromTheBeginning() {
    List<Integer> indices = new ArrayList<>(Collections.nCopies(300, 0x10));
    indices.set(280, REFUSED);

    MsrRefusedException refused = assertThrows(MsrRefusedException.class, () -> vcpu.msrs(indices));

    assertEquals(280, refused.position());
    assertEquals(Collections.nCopies(280, new Msr(0x10, 0x30)), refused.valuesBefore());
  }

  @Test
  void emptyLists_needNoIoctl() {
    assertEquals(List.of(), vcpu.msrs(List.of()));
    vcpu.setMsrs(List.of());

    assertFalse(kernel.calls().contains("KVM_GET_MSRS"));
    assertFalse(kernel.calls().contains("KVM_SET_MSRS"));
  }

  /** As the kernel does: stops at the first that it refuses, and gives their number. */
  private int answer(long argument, boolean reads) {
    int count = kernel.at(argument, KvmMsrs.SIZEOF).getInt(KvmMsrs.NMSRS);
    batches.add(count);
    if (count >= 256) {
      return -Errno.E2BIG;
    }
    ByteBuffer batch = kernel.at(argument, KvmMsrs.ENTRIES + count * KvmMsrs.SIZEOF_ENTRY);
    for (int i = 0; i < count; i++) {
      int at = KvmMsrs.ENTRIES + i * KvmMsrs.SIZEOF_ENTRY;
      int index = batch.getInt(at + KvmMsrs.ENTRY_INDEX);
      if (index == REFUSED) {
        return i;
      }
      if (reads) {
        batch.putLong(at + KvmMsrs.ENTRY_DATA, index * 3L);
      } else {
        written.add(new Msr(index, batch.getLong(at + KvmMsrs.ENTRY_DATA)));
      }
    }
    return count;
  }
}
