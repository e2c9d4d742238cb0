package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.Vm;
import org.kvm4j.core.abi.KvmPitState2;
import org.kvm4j.core.abi.KvmReinjectControl;
import org.kvm4j.irq.PitChannel;
import org.kvm4j.irq.PitState;

/** The in-kernel PIT, to the kernel's structs and back. */
final class KernelPitTest {

  @AutoClose private final ScriptedVm scripted = new ScriptedVm();
  private final ScriptedKernel kernel = scripted.kernel;
  private final Vm vm = scripted.vm;

  @Test
  void theState_comesBackAsItWasSet() {
    createPit();
    byte[] kept = new byte[KvmPitState2.SIZEOF];
    kernel.always(
        "KVM_SET_PIT2",
        argument -> {
          kernel.at(argument, kept.length).get(0, kept);
          return 0;
        });
    kernel.always(
        "KVM_GET_PIT2",
        argument -> {
          kernel.at(argument, kept.length).put(0, kept);
          return 0;
        });
    PitChannel first =
        new PitChannel(0x1_0000, 0xfedc, 3, true, 0xb4, 1, 4, 0xa5, 2, 5, false, true, -2);
    PitChannel second = new PitChannel(7, 8, 1, false, 9, 2, 3, 10, 1, 0xff, true, false, 11);
    PitChannel third = new PitChannel(0, 0, 4, false, 0, 0, 1, 2, 3, 4, true, true, Long.MAX_VALUE);

    for (PitState state :
        List.of(
            new PitState(List.of(first, second, third), true, false),
            new PitState(List.of(third, first, second), false, true))) {
      vm.kernelPit().setState(state);

      assertEquals(state, vm.kernelPit().state());
    }
  }

  @Test
  void reinjection_isSwitchedOnAndOff() {
    createPit();
    List<Integer> seen = new ArrayList<>();
    kernel.always(
        "KVM_REINJECT_CONTROL",
        argument -> {
          seen.add(
              (int)
                  kernel
                      .at(argument, KvmReinjectControl.SIZEOF)
                      .get(KvmReinjectControl.PIT_REINJECT));
          return 0;
        });

    vm.kernelPit().setReinject(false);
    vm.kernelPit().setReinject(true);

    assertEquals(List.of(0, 1), seen);
  }

  @Test
  void withoutAPit_everyCallSaysWhatToDo() {
    assertEquals(
        "KVM_GET_PIT2 needs createPit2() before it",
        assertThrows(IllegalStateException.class, vm.kernelPit()::state).getMessage());
    assertEquals(
        "KVM_REINJECT_CONTROL needs createPit2() before it",
        assertThrows(IllegalStateException.class, () -> vm.kernelPit().setReinject(false))
            .getMessage());
  }

  @Test
  void valuesThatNoPitHas_areRefused() {
    for (Runnable call :
        Stream.<Runnable>of(
                () -> channel(0x1_0001, 0, 0, 0, 0),
                () -> channel(-1, 0, 0, 0, 0),
                () -> channel(0, 0x1_0000, 0, 0, 0),
                () -> channel(0, 0, 5, 0, 0),
                () -> channel(0, 0, 0, 0x100, 0),
                () -> channel(0, 0, 0, 0, 5),
                () -> new PitState(List.of(), false, false))
            .toList()) {
      assertThrows(IllegalArgumentException.class, call::run);
    }
    assertEquals(
        "count of a PIT channel is 0x10001: use 0 to 0x10000",
        assertThrows(IllegalArgumentException.class, () -> channel(0x1_0001, 0, 0, 0, 0))
            .getMessage());
  }

  private static PitChannel channel(
      int count, int latched, int countLatched, int status, int readState) {
    return new PitChannel(
        count, latched, countLatched, false, status, readState, 0, 0, 0, 0, false, false, 0);
  }

  private void createPit() {
    vm.createIrqchip();
    vm.createPit2(false);
  }
}
