package org.kvm4j.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.kvm4j.core.abi.FdKind.VCPU;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_LAPIC;
import static org.kvm4j.core.abi.Ioctl.KVM_GET_VCPU_EVENTS;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_LAPIC;
import static org.kvm4j.core.abi.Ioctl.KVM_SET_VCPU_EVENTS;

import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.kvm4j.KvmCapability;
import org.kvm4j.KvmIoctlException;
import org.kvm4j.VcpuExit;
import org.kvm4j.core.sys.Errno;
import org.kvm4j.state.LocalApicState;
import org.kvm4j.state.VcpuEvents;
import org.kvm4j.state.VcpuEvents.ExceptionEvent;
import org.kvm4j.state.VcpuEvents.InterruptEvent;
import org.kvm4j.state.VcpuEvents.NmiEvent;
import org.kvm4j.state.VcpuEvents.Part;
import org.kvm4j.testkit.RequiresKvm;

/** Events that were set happen to a real guest; the local APIC is what the guest sees of it. */
@RequiresKvm
final class VcpuEventsIT {

  private static final VcpuExit HALT = new VcpuExit.Halt();

  /** At {@link Guest#CODE} there is nothing to do; the handler is 16 bytes behind. */
  private static final int HANDLER = Guest.CODE + 0x10;

  private static final String HANDLER_CODE =
      """
      c6 06 00 05 42 ; movb $0x42,0x500
      f4             ; hlt
      """;

  @Test
  @Exercises(
      value = {KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS},
      on = VCPU)
  void aPendingNmi_reachesItsHandler_andMasksTheNext() {
    VcpuEvents after =
        eventsAfterRunning(2, VcpuEvents.NONE.withNmi(new NmiEvent(false, true, false)));

    assertEquals(new NmiEvent(false, false, true), after.nmi());
  }

  @Test
  @Exercises(
      value = {KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS},
      on = VCPU)
  void anInjectedInterrupt_reachesItsHandler() {
    VcpuEvents after =
        eventsAfterRunning(
            0x21, VcpuEvents.NONE.withInterrupt(new InterruptEvent(true, 0x21, false, 0)));

    assertEquals(false, after.interrupt().injected());
  }

  @Test
  @Exercises(
      value = {KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS},
      on = VCPU)
  void anInjectedException_reachesItsHandler() {
    ExceptionEvent undefinedOpcode =
        new ExceptionEvent(true, false, 6, OptionalInt.empty(), OptionalLong.empty());

    VcpuEvents after = eventsAfterRunning(6, VcpuEvents.NONE.withException(undefinedOpcode));

    assertEquals(false, after.exception().injected() || after.exception().pending());
  }

  @Test
  @Exercises(
      value = {KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS},
      on = VCPU)
  void aPendingExceptionWithPayload_roundTrips_onceEnabled() {
    try (Guest guest = Guest.bare()) {
      assumeTrue(guest.hypervisor.supports(KvmCapability.EXCEPTION_PAYLOAD));
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      ExceptionEvent pageFault =
          new ExceptionEvent(false, true, 14, OptionalInt.of(2), OptionalLong.of(0xdead_b000L));
      VcpuEvents set = VcpuEvents.NONE.withException(pageFault);

      KvmIoctlException refused =
          assertThrows(KvmIoctlException.class, () -> cpu.on(() -> change(cpu, set)));
      guest.vm.enableCapability(KvmCapability.EXCEPTION_PAYLOAD, 1);
      VcpuEvents read = cpu.on(() -> change(cpu, set));

      assertEquals(Errno.EINVAL, refused.errno());
      assertEquals(pageFault, read.exception());
      assertTrue(read.valid().contains(Part.PAYLOAD), read::toString);
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_VCPU_EVENTS, KVM_SET_VCPU_EVENTS},
      on = VCPU)
  void aPendingTripleFault_isAShutdown_onceEnabled() {
    try (Guest guest = Guest.bare()) {
      assumeTrue(guest.hypervisor.supports(KvmCapability.X86_TRIPLE_FAULT_EVENT));
      GuestCpu cpu = guest.boot(Mode.LONG, "f4 ; hlt");
      guest.vm.enableCapability(KvmCapability.X86_TRIPLE_FAULT_EVENT, 1);

      VcpuEvents read = cpu.on(() -> change(cpu, VcpuEvents.NONE.withTripleFaultPending(true)));

      assertTrue(read.tripleFaultPending() && read.valid().contains(Part.TRIPLE_FAULT));
      assertEquals(new VcpuExit.Shutdown(), cpu.run());
    }
  }

  @Test
  @Exercises(
      value = {KVM_GET_LAPIC, KVM_SET_LAPIC},
      on = VCPU)
  void localApic_roundTrips_andTheGuestSeesIt() throws Exception {
    try (Guest guest = Guest.withIrqchip()) {
      RecordingPort post = new RecordingPort();
      guest.pio.register(0x80, 4, post);
      GuestCpu cpu =
          guest.boot(
              Mode.PROTECTED,
              """
              a1 f0 00 e0 fe ; mov 0xfee000f0,%eax  spurious-interrupt vector
              e7 80          ; out %eax,$0x80
              a1 80 00 e0 fe ; mov 0xfee00080,%eax  task priority
              e7 80          ; out %eax,$0x80
              f4             ; hlt
              """);

      LocalApicState read =
          cpu.on(
              () -> {
                LocalApicState reset = cpu.vcpu.state().localApic();
                assertEquals(0, reset.id());
                assertEquals(LocalApicState.LVT_MASKED, reset.lvtTimer());
                cpu.vcpu
                    .state()
                    .setLocalApic(
                        reset
                            .withSpuriousVector(LocalApicState.SPURIOUS_APIC_ENABLED | 0x5e)
                            .withTaskPriority(0x30)
                            .withLvtLint0(0x700)
                            .withLvtLint1(0x400));
                return cpu.vcpu.state().localApic();
              });
      Future<VcpuExit> running = cpu.start();
      assertTrue(post.written.tryAcquire(2, 60, TimeUnit.SECONDS), "the guest does not come");
      cpu.vcpu.kick();

      assertEquals(VcpuExit.Interrupted.INSTANCE, cpu.await(running));
      assertEquals(0x15e, read.spuriousVector());
      assertEquals(0x30, read.taskPriority());
      assertEquals(0x700, read.lvtLint0());
      assertEquals(0x400, read.lvtLint1());
      assertEquals("[4 bytes 0x15e, 4 bytes 0x30]", post.writes.toString());
    }
  }

  @Test
  void localApic_isRefused_whereItIsNotInTheKernel() {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");

      KvmIoctlException refused =
          assertThrows(KvmIoctlException.class, () -> cpu.on(() -> cpu.vcpu.state().localApic()));

      assertEquals(Errno.EINVAL, refused.errno());
    }
  }

  /** Runs a guest whose handler for one vector leaves a mark. */
  private static VcpuEvents eventsAfterRunning(int vector, VcpuEvents events) {
    try (Guest guest = Guest.bare()) {
      GuestCpu cpu = guest.boot(Mode.REAL, "f4 ; hlt");
      guest.load(HANDLER, HANDLER_CODE);
      guest.vm.memory().writeInt(vector * 4L, HANDLER);
      cpu.on(() -> change(cpu, events));

      assertEquals(HALT, cpu.run());

      assertEquals(0x42, guest.vm.memory().readByte(Guest.DATA), "the handler ran");
      return cpu.on(() -> cpu.vcpu.state().events());
    }
  }

  private static VcpuEvents change(GuestCpu cpu, VcpuEvents events) {
    cpu.vcpu.state().setEvents(events);
    return cpu.vcpu.state().events();
  }
}
