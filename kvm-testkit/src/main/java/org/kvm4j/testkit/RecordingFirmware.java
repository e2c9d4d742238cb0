package org.kvm4j.testkit;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Firmware;

/** Firmware that remembers what it was told. Threading: one thread, as {@link Firmware}. */
public final class RecordingFirmware implements Firmware {

  private final List<String> kernelArguments = new ArrayList<>();
  private final List<AcpiDevice> acpiDevices = new ArrayList<>();

  /** Told nothing yet. */
  public RecordingFirmware() {}

  @Override
  public void kernelArgument(String argument) {
    if (!argument.matches("[!-~]+")) {
      throw new IllegalArgumentException(
          "Kernel argument '%s': use printable ASCII without spaces.".formatted(argument));
    }
    kernelArguments.add(argument);
  }

  @Override
  public void acpiDevice(AcpiDevice description) {
    if (acpiDevices.stream().anyMatch(other -> other.name().equals(description.name()))) {
      throw new IllegalArgumentException(
          "The device described a %s already. Use another name.".formatted(description.name()));
    }
    acpiDevices.add(description);
  }

  /** The arguments for the kernel, in order. */
  public List<String> kernelArguments() {
    return List.copyOf(kernelArguments);
  }

  /** The devices of the DSDT, in order. */
  public List<AcpiDevice> acpiDevices() {
    return List.copyOf(acpiDevices);
  }
}
