package org.kvm4j.core.kvm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmCapabilityException;
import org.kvm4j.core.abi.KvmEnableCap;

/** What KVM_ENABLE_CAP gets on a VM and on a vCPU. */
final class EnableCapTest {

  @AutoClose private final ScriptedMachine machine = new ScriptedMachine();
  private final ScriptedKernel kernel = machine.kernel;
  private final List<List<Long>> enabled = new ArrayList<>();

  EnableCapTest() {
    kernel.always(
        "KVM_ENABLE_CAP",
        argument -> {
          ByteBuffer cap = kernel.at(argument, KvmEnableCap.SIZEOF);
          List<Long> words = new ArrayList<>();
          words.add((long) cap.getInt(KvmEnableCap.CAP));
          words.add((long) cap.getInt(KvmEnableCap.FLAGS));
          for (int i = 0; i < 4; i++) {
            words.add(cap.getLong(KvmEnableCap.ARGS + i * Long.BYTES));
          }
          enabled.add(words);
          return 0;
        });
  }

  @Test
  void numberAndArguments_reachTheKernel_theOthersAreZero() {
    machine.vm.enableCapability(KvmCapability.SPLIT_IRQCHIP, 24);
    machine.vm.enableCapability(KvmCapability.EXCEPTION_PAYLOAD, 11, 12, 13, Long.MIN_VALUE);
    machine.vcpu.enableCapability(KvmCapability.HYPERV_SYNIC);

    assertEquals(
        List.of(
            List.of(121L, 0L, 24L, 0L, 0L, 0L),
            List.of(164L, 0L, 11L, 12L, 13L, Long.MIN_VALUE),
            List.of(123L, 0L, 0L, 0L, 0L, 0L)),
        enabled);
  }

  @Test
  void moreThanFourArguments_areRefused() {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> machine.vm.enableCapability(KvmCapability.SPLIT_IRQCHIP, 1, 2, 3, 4, 5));

    assertEquals("KVM_ENABLE_CAP takes at most 4 arguments, not 5", refused.getMessage());
    assertEquals(List.of(), enabled);
  }

  @Test
  void whatThisKvmLacks_isNotAskedFor() {
    int lacking = KvmCapability.HYPERV_SYNIC.number();
    kernel.always("KVM_CHECK_EXTENSION", capability -> capability == lacking ? 0 : 1);

    KvmCapabilityException refused =
        assertThrows(
            KvmCapabilityException.class,
            () -> machine.vcpu.enableCapability(KvmCapability.HYPERV_SYNIC));

    assertEquals(KvmCapability.HYPERV_SYNIC, refused.capability());
    assertFalse(kernel.calls().contains("KVM_ENABLE_CAP"));
  }
}
