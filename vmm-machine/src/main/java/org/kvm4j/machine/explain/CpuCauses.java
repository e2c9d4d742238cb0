package org.kvm4j.machine.explain;

import java.util.List;
import java.util.Optional;
import org.kvm4j.VcpuExit;

/** What the processors' state tells. */
final class CpuCauses {

  private static final int KEYBOARD_COMMAND = 0x64;
  private static final int PULSE_RESET = 0xfe;
  private static final int RESET_CONTROL = 0xcf9;

  /** Each with its sentences, the surest first. */
  static final List<Cause> ALL =
      List.of(
          CpuCauses::registersLost,
          CpuCauses::resetByTripleFault,
          CpuCauses::withoutIdt,
          CpuCauses::jumpedNowhere,
          CpuCauses::ranIntoNothing,
          CpuCauses::pagingJustOn,
          CpuCauses::endlessLoop,
          CpuCauses::deadHalt,
          CpuCauses::idle);

  private CpuCauses() {}

  private static Optional<String> registersLost(Explanation e) {
    return Cause.when(
        e.isTripleFault() && e.culprit().filter(CpuState::isAfterReset).isPresent(),
        "The registers are those after a reset: on AMD, KVM resets a vCPU before it reports a"
            + " triple fault. What is left of the fault are the last exits and the POST"
            + " codes.");
  }

  private static Optional<String> resetByTripleFault(Explanation e) {
    return Cause.when(
        e.isTripleFault() && wroteResetCommand(e),
        "The guest asked for a reset, nobody answered, and so it made a triple fault. Give it"
            + " a reset device: do not leave out i8042 and pci-host.");
  }

  private static Optional<String> withoutIdt(Explanation e) {
    return Cause.when(
        e.isTripleFault() && e.culprit().filter(CpuCauses::hasNoIdt).isPresent(),
        "There was an exception or interrupt, but no IDT: its limit is 0. Load one (lidt)"
            + " before something can fault, and keep interrupts off until then.");
  }

  private static Optional<String> jumpedNowhere(Explanation e) {
    return e.culprit()
        .filter(cpu -> cpu.code().isEmpty())
        .map(
            cpu ->
                cpu.hasPaging()
                    ? "RIP is not mapped, or not to RAM: the page tables at CR3 (0x%x) lack it,"
                            .formatted(cpu.special().cr3())
                        + " or the guest jumped to a wrong address."
                    : "RIP is not in RAM: the guest jumped to a wrong address, or has less"
                        + " memory (--memory) than it thinks.");
  }

  private static Optional<String> ranIntoNothing(Explanation e) {
    return Cause.when(
        e.culprit().filter(cpu -> isFilledWith(cpu, 0) || isFilledWith(cpu, 0xff)).isPresent(),
        "There is no code at RIP, only the same byte: the guest jumped to a wrong address, or"
            + " its image was not loaded where it is linked to run.");
  }

  private static Optional<String> pagingJustOn(Explanation e) {
    return Cause.when(
        e.isTripleFault()
            && e.outputBytes() == 0
            && e.culprit().filter(CpuCauses::hasFaultInPaging).isPresent(),
        "A triple fault with paging on, before any output: check that the page tables map the"
            + " code, the stack and the IDT; CR2 is the address of the last page fault.");
  }

  private static Optional<String> endlessLoop(Explanation e) {
    return Cause.when(
        e.isAlive() && e.started().stream().anyMatch(CpuCauses::isInEndlessLoop),
        "A vCPU jumps to itself for ever, as code does that has given up. Look at the symbol"
            + " and the output before it; a Linux that panics resets with panic=-1 on its"
            + " command line.");
  }

  private static Optional<String> deadHalt(Explanation e) {
    return Cause.when(
        (e.isAlive() && e.areAllStarted(cpu -> cpu.isHalted() && !cpu.interruptsOn()))
            || haltedForGood(e),
        "All vCPUs are halted with interrupts off, so that an NMI alone can wake them: the guest"
            + " has given up. A Linux that panics resets with panic=-1 on its command line.");
  }

  private static Optional<String> idle(Explanation e) {
    return Cause.when(
        e.isIdle(),
        "All vCPUs wait for an interrupt: the guest has nothing to do, or a device does not"
            + " raise the interrupt that it waits for.");
  }

  private static boolean wroteResetCommand(Explanation e) {
    return e.vcpus().stream()
        .flatMap(vcpu -> vcpu.lastExits().stream())
        .filter(exit -> exit.isPort() && exit.write())
        .anyMatch(
            exit ->
                (exit.address() == KEYBOARD_COMMAND && exit.value() == PULSE_RESET)
                    || exit.address() == RESET_CONTROL);
  }

  private static boolean hasNoIdt(CpuState cpu) {
    return !cpu.isAfterReset() && cpu.special().idt().limit() == 0;
  }

  private static boolean hasFaultInPaging(CpuState cpu) {
    return cpu.hasPaging() && !hasNoIdt(cpu);
  }

  private static boolean isFilledWith(CpuState cpu, int value) {
    return cpu.code().size() == CpuState.MOST_CODE_BYTES
        && cpu.code().stream().allMatch(found -> found == value);
  }

  private static boolean isInEndlessLoop(CpuState cpu) {
    return KnownInstruction.at(cpu).filter(KnownInstruction::isEndlessLoop).isPresent();
  }

  /** Without KVM's interrupt controllers, the halt itself is the end. */
  private static boolean haltedForGood(Explanation e) {
    return e.exit(VcpuExit.Halt.class).isPresent()
        && e.culprit().filter(cpu -> !cpu.interruptsOn()).isPresent();
  }
}
