package org.kvm4j.machine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.kvm4j.Vm;
import org.kvm4j.irq.Interrupts;
import org.kvm4j.irq.IoapicRedirection;
import org.kvm4j.irq.IoapicState;

final class KernelIrqchipTest {

  private static final long NMI = 0x400;
  private static final long MASKED_NMI = 0x1_0400;

  private final Interrupts kvm = mock(Interrupts.class);

  private boolean mayWakeDeafVcpus(IoapicRedirection ofPin7) {
    Vm vm = mock(Vm.class);
    when(vm.interrupts()).thenReturn(kvm);
    IoapicState ioapic =
        new IoapicState(
            0xfec0_0000L, 0, 0, 0, Collections.nCopies(24, IoapicRedirection.fixed(0, 0x30)));
    when(kvm.ioapic()).thenReturn(ioapic.with(7, ofPin7));
    return new KernelIrqchip(vm).mayWakeDeafVcpus();
  }

  @Test
  void pinThatSendsAnNmi_mayWakeAVcpuWithInterruptsOff_butNotIfMasked() {
    assertTrue(mayWakeDeafVcpus(IoapicRedirection.of(NMI)));
    assertFalse(mayWakeDeafVcpus(IoapicRedirection.of(MASKED_NMI)));
    assertFalse(mayWakeDeafVcpus(IoapicRedirection.fixed(0, 0x31)));
  }
}
