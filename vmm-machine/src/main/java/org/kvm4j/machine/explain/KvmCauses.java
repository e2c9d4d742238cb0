package org.kvm4j.machine.explain;

import java.util.List;
import java.util.Optional;
import org.kvm4j.VcpuExit;

/** What KVM itself says. */
final class KvmCauses {

  /** Each with its sentences, the surest first. */
  static final List<Cause> ALL =
      List.of(
          internal(
              VcpuExit.InternalError.EMULATION,
              "KVM has to emulate this instruction and cannot. 'kvm4j doctor' tells which ones this"
                  + " machine's KVM lacks; a KVM on the processor's own virtualisation needs none"
                  + " of them, unless they access a device or the guest has jumped astray."),
          internal(
              VcpuExit.InternalError.SIMUL_EX,
              "KVM met an exception while it delivered another, and cannot go on: check the guest's"
                  + " IDT, GDT and stack."),
          internal(
              VcpuExit.InternalError.DELIVERY_EV,
              "KVM could not deliver an exception or interrupt, because the IDT, the GDT or the"
                  + " stack is not in RAM: check idt, gdt and rsp above, and what the page tables"
                  + " make of them."),
          internal(
              VcpuExit.InternalError.UNEXPECTED_EXIT_REASON,
              "The processor left the guest for a reason that this KVM does not know: a newer"
                  + " kernel on the host may. Its log tells the reason: dmesg."),
          KvmCauses::entryRefused);

  private KvmCauses() {}

  private static Cause internal(int suberror, String hint) {
    return e ->
        Cause.when(
            e.exit(VcpuExit.InternalError.class)
                .filter(error -> error.suberror() == suberror)
                .isPresent(),
            hint);
  }

  private static Optional<String> entryRefused(Explanation e) {
    return e.exit(VcpuExit.FailEntry.class)
        .map(
            fail ->
                "The processor refuses to enter the guest, for reason 0x%x: %s"
                    .formatted(fail.hardwareReason(), EntryFailure.meaning(fail.hardwareReason())));
  }
}
