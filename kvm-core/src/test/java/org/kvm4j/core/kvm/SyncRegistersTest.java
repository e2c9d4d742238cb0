package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.kvm4j.core.kvm.ScriptedExit.hlt;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.KvmException;
import org.kvm4j.Registers;
import org.kvm4j.SpecialRegisters;
import org.kvm4j.core.abi.KvmRegs;
import org.kvm4j.core.abi.KvmRun;
import org.kvm4j.core.abi.KvmSregs;
import org.kvm4j.core.abi.KvmSyncRegs;
import org.kvm4j.core.abi.KvmVcpuEvents;
import org.kvm4j.state.SyncPart;
import org.kvm4j.state.SyncRegisters;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.VcpuEvents.NmiEvent;

/** Registers in the run area, against a kernel that fills it and takes from it. */
final class SyncRegistersTest {

  private static final int AT = KvmRun.SYNC_REGS;

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final SyncRegisters sync = machine.vcpu.syncRegisters();

  SyncRegistersTest() {
    offers(7);
  }

  @Test
  void offered_isTheMaskOfTheCapability() {
    offers(5);

    assertEquals(Set.of(SyncPart.GENERAL, SyncPart.EVENTS), sync.offered());
  }

  @Test
  void chosenParts_areReadAfterARun_withoutAnIoctl() {
    Registers general = general(0x1111);
    SpecialRegisters special = special(0x2222);
    VcpuEvents events = VcpuEvents.NONE.withNmi(new NmiEvent(false, true, true));
    sync.choose(Set.of(SyncPart.values()));
    kernel.exits(
        run(
            area -> {
              assertEquals(7, area.getLong(KvmRun.KVM_VALID_REGS));
              KvmRegs.write(part(area, KvmSyncRegs.REGS, KvmRegs.SIZEOF), general);
              KvmSregs.write(part(area, KvmSyncRegs.SREGS, KvmSregs.SIZEOF), special);
              KvmVcpuEvents.write(part(area, KvmSyncRegs.EVENTS, KvmVcpuEvents.SIZEOF), events);
            }));
    machine.vcpu.run();
    List<String> before = kernel.calls();

    assertEquals(general, sync.registers());
    assertEquals(special, sync.specialRegisters());
    assertEquals(events, sync.events());
    assertEquals(before, kernel.calls());
    assertEquals(Set.of(SyncPart.values()), sync.chosen());
  }

  @Test
  void whatIsSet_isThereForTheNextRun_markedDirty() {
    Registers general = general(0x3333);
    SpecialRegisters special = special(0x4444);
    VcpuEvents events = VcpuEvents.NONE.withSipiVector(0x9f);
    sync.choose(Set.of(SyncPart.values()));
    sync.setRegisters(general);
    sync.setEvents(events);
    kernel.exits(
        run(
            area -> {
              assertEquals(5, area.getLong(KvmRun.KVM_DIRTY_REGS));
              assertEquals(general, KvmRegs.read(part(area, KvmSyncRegs.REGS, KvmRegs.SIZEOF)));
              assertEquals(
                  events, KvmVcpuEvents.read(part(area, KvmSyncRegs.EVENTS, KvmVcpuEvents.SIZEOF)));
              area.putLong(KvmRun.KVM_DIRTY_REGS, 0); // as the kernel does
            }),
        run(
            area -> {
              assertEquals(2, area.getLong(KvmRun.KVM_DIRTY_REGS));
              assertEquals(special, KvmSregs.read(part(area, KvmSyncRegs.SREGS, KvmSregs.SIZEOF)));
            }));

    machine.vcpu.run();
    sync.setSpecialRegisters(special);
    machine.vcpu.run();

    assertEquals(0, kernel.exitsLeft());
  }

  @Test
  void partsThatAreNotChosen_canBeNeitherReadNorSet() {
    sync.choose(Set.of(SyncPart.SPECIAL));
    kernel.exits(hlt());
    machine.vcpu.run();

    String message = assertThrows(IllegalStateException.class, sync::registers).getMessage();
    assertEquals("GENERAL does not travel with vCPU 0: choose it first", message);
    assertThrows(IllegalStateException.class, sync::events);
    assertThrows(IllegalStateException.class, () -> sync.setRegisters(general(1)));
    assertThrows(IllegalStateException.class, () -> sync.setEvents(VcpuEvents.NONE));
  }

  @Test
  void aPartThatIsNewlyChosen_hasNoValueBeforeARun() {
    sync.choose(Set.of(SyncPart.GENERAL));
    kernel.exits(hlt(), hlt());
    machine.vcpu.run();
    sync.choose(Set.of(SyncPart.GENERAL, SyncPart.EVENTS));

    sync.registers();
    String message = assertThrows(IllegalStateException.class, sync::events).getMessage();
    machine.vcpu.run();
    sync.events();

    assertEquals(
        "vCPU 0 has not run since EVENTS was chosen: run it, or read it by its ioctl", message);
  }

  @Test
  void choosingLess_dropsWhatWasSet() {
    sync.choose(Set.of(SyncPart.GENERAL, SyncPart.EVENTS));
    sync.setRegisters(general(1));
    sync.setEvents(VcpuEvents.NONE);
    sync.choose(Set.of(SyncPart.EVENTS));
    kernel.exits(
        run(
            area -> {
              assertEquals(4, area.getLong(KvmRun.KVM_VALID_REGS));
              assertEquals(4, area.getLong(KvmRun.KVM_DIRTY_REGS));
            }));

    machine.vcpu.run();

    assertEquals(0, kernel.exitsLeft());
  }

  @Test
  void aPartThatThisKvmDoesNotOffer_isRefused() {
    offers(1);

    String message =
        assertThrows(KvmException.class, () -> sync.choose(Set.of(SyncPart.SPECIAL))).getMessage();

    assertTrue(message.contains("lets [GENERAL] travel") && message.contains("SPECIAL"), message);
  }

  @Test
  void withoutTheCapability_nothingCanBeChosen_butNone() {
    offers(0);

    KvmCapabilityException failure =
        assertThrows(KvmCapabilityException.class, () -> sync.choose(Set.of(SyncPart.GENERAL)));
    sync.choose(Set.of());

    assertEquals(KvmCapability.SYNC_REGS, failure.capability());
    assertEquals(Set.of(), sync.offered());
  }

  @Test
  void onceClosed_theRunAreaIsNotTouched() {
    sync.choose(Set.of(SyncPart.GENERAL));
    kernel.exits(hlt());
    machine.vcpu.run();
    machine.vcpu.close();

    assertThrows(IllegalStateException.class, sync::registers);
    assertThrows(IllegalStateException.class, () -> sync.setRegisters(general(1)));
    assertThrows(IllegalStateException.class, () -> sync.choose(Set.of()));
  }

  private void offers(int mask) {
    kernel.offers(KvmCapability.SYNC_REGS, mask);
  }

  private static ScriptedExit run(Consumer<ByteBuffer> action) {
    return ScriptedExit.reason(KvmRun.KVM_EXIT_HLT, action);
  }

  private static ByteBuffer part(ByteBuffer area, int at, int sizeBytes) {
    return area.slice(AT + at, sizeBytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Registers general(long rax) {
    return machine.vcpu.registers().toBuilder().rax(rax).rip(0xfff0).rflags(2).build();
  }

  private SpecialRegisters special(long cr3) {
    return machine.vcpu.specialRegisters().toBuilder().cr3(cr3).apicBase(0xfee0_0900L).build();
  }
}
