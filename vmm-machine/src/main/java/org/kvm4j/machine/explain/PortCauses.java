package org.kvm4j.machine.explain;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.kvm4j.PastExit;

/** What the guest's accesses to devices tell. */
final class PortCauses {

  /** More than any driver waits in a row; a poll that pauses in between is broken up by others. */
  private static final long MANY_TIMES = 10_000;

  private static final long MANY_BYTES = 1000;

  /** Each with its sentences, the surest first. */
  static final List<Cause> ALL =
      List.of(PortCauses::polledPort, PortCauses::missingPort, PortCauses::noSerialPort);

  private PortCauses() {}

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
        .map(PortCauses::missing);
  }

  private static Optional<String> noSerialPort(Explanation e) {
    return Cause.when(
        e.outputBytes() == 0 && !e.devices().contains("serial"),
        "The machine has no serial port. Leave out --without serial.");
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
