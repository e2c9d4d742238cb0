package org.kvm4j.machine;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.inOrder;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.Msr;
import org.kvm4j.MsrRefusedException;
import org.kvm4j.Vcpu;
import org.kvm4j.state.NestedState;
import org.mockito.InOrder;

final class PowerOnVcpuTest {

  private static final int TSC = 0x10;
  private static final int REFUSED = 0x345;
  private static final int FS_BASE = 0xc000_0100;
  private static final int KVM_SYSTEM_TIME = 0x4b56_4d01;

  private final MockKvm kvm = new MockKvm();
  private final Vcpu vcpu = kvm.vcpu(0, kvm.buses());

  @BeforeEach
  void msrs() {
    when(vcpu.msrs(List.of(FS_BASE, REFUSED, KVM_SYSTEM_TIME)))
        .thenThrow(new MsrRefusedException("KVM_GET_MSRS", REFUSED, 1, List.of(msr(FS_BASE, 7))));
    when(vcpu.msrs(List.of(KVM_SYSTEM_TIME))).thenReturn(List.of(msr(KVM_SYSTEM_TIME, 0)));
  }

  private static Msr msr(int index, long value) {
    return new Msr(index, value);
  }

  private PowerOnVcpu powerOn() {
    return new PowerOnVcpu(kvm.vm, vcpu, List.of(TSC, FS_BASE, REFUSED, KVM_SYSTEM_TIME));
  }

  /** A kvm-clock that stays on would write into the next kernel's memory. */
  @Test
  void msrsThatTheGuestChanged_areSetBack_andNoOthers() {
    PowerOnVcpu powerOn = powerOn();
    when(vcpu.msrs(List.of(FS_BASE, KVM_SYSTEM_TIME)))
        .thenReturn(List.of(msr(FS_BASE, 7), msr(KVM_SYSTEM_TIME, 0x1001)));

    powerOn.restore(vcpu);

    verify(vcpu).setMsrs(List.of(msr(KVM_SYSTEM_TIME, 0)));
  }

  @Test
  void events_areSetLast_becauseOtherCallsRaiseSome() {
    PowerOnVcpu powerOn = powerOn();
    when(vcpu.msrs(List.of(FS_BASE, KVM_SYSTEM_TIME))).thenReturn(List.of());

    powerOn.restore(vcpu);

    InOrder order = inOrder(vcpu, vcpu.state());
    order.verify(vcpu).setMpState(any());
    order.verify(vcpu).setSpecialRegisters(any());
    order.verify(vcpu.state()).setLocalApic(any());
    order.verify(vcpu).setRegisters(any());
    order.verify(vcpu.state()).setEvents(any());
  }

  @Test
  void whatTheHostLacks_isLeftOut() {
    powerOn();

    verify(vcpu.state(), never()).xcrs();
    verify(vcpu.state(), never()).nested();
  }

  @Test
  void aGuestsOwnGuest_isLeft_beforeRegistersAreSet() {
    when(kvm.vm.supports(KvmCapability.NESTED_STATE)).thenReturn(true);
    when(kvm.vm.supports(KvmCapability.XCRS)).thenReturn(true);
    when(vcpu.state().nested()).thenReturn(mock(NestedState.class));
    PowerOnVcpu powerOn = powerOn();
    when(vcpu.msrs(List.of(FS_BASE, KVM_SYSTEM_TIME))).thenReturn(List.of());
    powerOn.restore(vcpu);

    InOrder order = inOrder(vcpu, vcpu.state());
    order.verify(vcpu.state()).setNested(any());
    order.verify(vcpu).setSpecialRegisters(any());
    order.verify(vcpu.state()).setXcrs(any());
  }
}
