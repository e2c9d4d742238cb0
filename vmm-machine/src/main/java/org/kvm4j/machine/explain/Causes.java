package org.kvm4j.machine.explain;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.kvm4j.PastExit;
import org.kvm4j.VcpuExit;

/**
 * Known reasons for a guest that dies or stays silent, the surest first. Each is a method that
 * looks at an explanation and says in a sentence or two what it means and what to do, or nothing.
 */
final class Causes {

  /** More than any driver waits in a row; a poll that pauses in between is broken up by others. */
  private static final long MANY_TIMES = 10_000;

  private static final long MANY_BYTES = 1000;
  private static final int KEYBOARD_COMMAND = 0x64;
  private static final int PULSE_RESET = 0xfe;
  private static final int RESET_CONTROL = 0xcf9;

  /** VMX: entry failure by guest state. SVM: VMEXIT_INVALID. */
  private static final long VMX_INVALID_STATE = 0x8000_0021L;

  private static final long SVM_INVALID = -1;

  private static final List<Function<Explanation, Optional<String>>> RULES =
      List.of(
          Causes::notEmulated,
          Causes::entryRefused,
          Causes::registersLost,
          Causes::resetByTripleFault,
          Causes::withoutIdt,
          Causes::jumpedNowhere,
          Causes::ranIntoNothing,
          Causes::pagingJustOn,
          Causes::endlessLoop,
          Causes::deadHalt,
          Causes::idle,
          Causes::polledPort,
          Causes::missingPort,
          Causes::noConsole,
          Causes::noEarlyConsole,
          Causes::noSerialPort);

  private Causes() {}

  /** What to say to an explanation. */
  static List<String> of(Explanation explanation) {
    return RULES.stream().flatMap(rule -> rule.apply(explanation).stream()).toList();
  }

  private static Optional<String> notEmulated(Explanation e) {
    return when(
        e.exit(VcpuExit.InternalError.class)
            .filter(error -> error.suberror() == VcpuExit.InternalError.EMULATION)
            .isPresent(),
        "KVM has to emulate this instruction and cannot. 'kvm4j doctor' tells which ones this"
            + " machine's KVM lacks; a KVM on the processor's own virtualisation needs none"
            + " of them.");
  }

  private static Optional<String> entryRefused(Explanation e) {
    return e.exit(VcpuExit.FailEntry.class)
        .map(
            fail ->
                isInvalidState(fail)
                    ? "The processor refuses the guest's state as inconsistent. Compare CR0,"
                        + " CR4, EFER and CS above: paging, long mode and the code segment"
                        + " must agree (Intel SDM volume 3, section 26.3.1)."
                    : "The processor refuses to enter the guest, for reason 0x%x. The host's"
                            .formatted(fail.hardwareReason())
                        + " kernel log may tell more: dmesg.");
  }

  private static Optional<String> registersLost(Explanation e) {
    return when(
        e.isTripleFault() && e.culprit().filter(CpuState::isAfterReset).isPresent(),
        "The registers are those after a reset: on AMD, KVM resets a vCPU before it reports a"
            + " triple fault. What is left of the fault are the last exits and the POST"
            + " codes.");
  }

  private static Optional<String> resetByTripleFault(Explanation e) {
    return when(
        e.isTripleFault() && wroteResetCommand(e),
        "The guest asked for a reset, nobody answered, and so it made a triple fault. Give it"
            + " a reset device: do not leave out i8042 and pci-host.");
  }

  private static Optional<String> withoutIdt(Explanation e) {
    return when(
        e.isTripleFault() && e.culprit().filter(Causes::hasNoIdt).isPresent(),
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
    return when(
        e.culprit().filter(cpu -> isFilledWith(cpu, 0) || isFilledWith(cpu, 0xff)).isPresent(),
        "There is no code at RIP, only the same byte: the guest jumped to a wrong address, or"
            + " its image was not loaded where it is linked to run.");
  }

  private static Optional<String> pagingJustOn(Explanation e) {
    return when(
        e.isTripleFault()
            && e.outputBytes() == 0
            && e.culprit().filter(Causes::hasFaultInPaging).isPresent(),
        "A triple fault with paging on, before any output: check that the page tables map the"
            + " code, the stack and the IDT; CR2 is the address of the last page fault.");
  }

  private static Optional<String> endlessLoop(Explanation e) {
    return when(
        e.isAlive() && e.started().stream().anyMatch(Causes::isInEndlessLoop),
        "A vCPU jumps to itself for ever, as code does that has given up. Look at the symbol"
            + " and the output before it; a Linux that panics resets with panic=-1 on its"
            + " command line.");
  }

  private static Optional<String> deadHalt(Explanation e) {
    return when(
        (e.isAlive() && areAll(e, cpu -> cpu.isHalted() && !cpu.interruptsOn()))
            || haltedForGood(e),
        "All vCPUs are halted with interrupts off, and nothing can wake them: the guest has"
            + " given up. A Linux that panics resets with panic=-1 on its command line.");
  }

  private static Optional<String> idle(Explanation e) {
    return when(
        e.isAlive() && areAll(e, cpu -> cpu.isHalted() && cpu.interruptsOn()),
        "All vCPUs wait for an interrupt: the guest has nothing to do, or a device does not"
            + " raise the interrupt that it waits for.");
  }

  private static Optional<String> noConsole(Explanation e) {
    return when(
        e.outputBytes() == 0
            && e.commandLine().filter(line -> !line.contains("console=ttyS")).isPresent(),
        "The kernel is not told where its console is: add console=ttyS0 to --cmdline.");
  }

  private static Optional<String> noEarlyConsole(Explanation e) {
    return when(
        e.outputBytes() == 0 && e.commandLine().filter(Causes::hasNoEarlyConsole).isPresent(),
        "Linux prints only once its console works. earlyprintk=serial on --cmdline shows what"
            + " comes before that.");
  }

  private static Optional<String> noSerialPort(Explanation e) {
    return when(
        e.outputBytes() == 0 && !e.devices().contains("serial"),
        "The machine has no serial port. Leave out --without serial.");
  }

  private static Optional<String> when(boolean applies, String hint) {
    return applies ? Optional.of(hint) : Optional.empty();
  }

  private static boolean isInvalidState(VcpuExit.FailEntry fail) {
    return fail.hardwareReason() == VMX_INVALID_STATE || fail.hardwareReason() == SVM_INVALID;
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

  private static boolean areAll(Explanation e, Predicate<? super CpuState> condition) {
    List<CpuState> started = e.started();
    return !started.isEmpty() && started.stream().allMatch(condition);
  }

  /** Without KVM's interrupt controllers, the halt itself is the end. */
  private static boolean haltedForGood(Explanation e) {
    return e.exit(VcpuExit.Halt.class).isPresent()
        && e.culprit().filter(cpu -> !cpu.interruptsOn()).isPresent();
  }

  private static boolean hasNoEarlyConsole(String commandLine) {
    return commandLine.contains("console=ttyS")
        && !commandLine.contains("earlyprintk")
        && !commandLine.contains("earlycon");
  }

  /** The vCPU is in a loop around one port or register, whoever answers. */
  private static Optional<String> polledPort(Explanation e) {
    return e.vcpus().stream()
        .filter(vcpu -> !vcpu.lastExits().isEmpty())
        .filter(vcpu -> vcpu.exit().isEmpty())
        .map(vcpu -> vcpu.lastExits().get(vcpu.lastExits().size() - 1))
        .filter(exit -> exit.isAccess() && !exit.write() && exit.times() >= MANY_TIMES)
        .max(Comparator.comparingLong(PastExit::times))
        .map(
            exit ->
                "The guest reads %s 0x%x again and again, %d times now, and gets 0x%x: it waits for"
                        .formatted(
                            exit.isPort() ? "port" : "address",
                            exit.address(),
                            exit.times(),
                            ExplanationText.value(exit))
                    + " a bit that does not change.");
  }

  /** What the guest uses much and the machine could have. */
  private static Optional<String> missingPort(Explanation e) {
    return e.unclaimedPorts().entrySet().stream()
        .filter(port -> port.getValue() >= MANY_BYTES)
        .max(Map.Entry.comparingByValue())
        .map(Causes::missing);
  }

  private static String missing(Map.Entry<Long, Long> port) {
    String uses =
        "The guest uses port 0x%x much, and no device answers: reads give all ones. "
            .formatted(port.getKey());
    Optional<KnownPort> known = KnownPort.at(port.getKey());
    if (known.isEmpty()) {
      return uses + "Add the device that it looks for: 'kvm4j devices' lists them.";
    }
    String meaning = "On a PC it is the %s. ".formatted(known.get().meaning());
    return uses
        + known
            .get()
            .device()
            .map(device -> meaning + "Add it: --device %s.".formatted(device))
            .orElse("On a PC: " + known.get().meaning() + ".");
  }
}
