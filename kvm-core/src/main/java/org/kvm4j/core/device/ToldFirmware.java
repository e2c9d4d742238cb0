package org.kvm4j.core.device;

import java.util.ArrayList;
import java.util.List;
import org.kvm4j.device.AcpiDevice;
import org.kvm4j.device.Firmware;

/** What one device tells the guest about itself, kept until the guest is loaded. */
final class ToldFirmware implements Firmware {

  private static final String PRINTABLE = "[!-~]+";

  private final String deviceId;
  private final Runnable checkCreating;
  private final List<String> kernelArguments = new ArrayList<>();
  private final List<AcpiDevice> acpiDevices = new ArrayList<>();

  /**
   * Told nothing.
   *
   * @param checkCreating throws once the device is created
   */
  ToldFirmware(String deviceId, Runnable checkCreating) {
    this.deviceId = deviceId;
    this.checkCreating = checkCreating;
  }

  @Override
  public void kernelArgument(String argument) {
    checkCreating.run();
    if (!argument.matches(PRINTABLE)) {
      throw new IllegalArgumentException(
          "device %s: kernel argument '%s': use printable ASCII without spaces"
              .formatted(deviceId, argument));
    }
    kernelArguments.add(argument);
  }

  @Override
  public void acpiDevice(AcpiDevice description) {
    checkCreating.run();
    if (acpiDevices.stream().anyMatch(other -> other.name().equals(description.name()))) {
      throw new IllegalArgumentException(
          "device %s describes a second %s: use another name"
              .formatted(deviceId, description.name()));
    }
    acpiDevices.add(description);
  }

  List<String> kernelArguments() {
    return List.copyOf(kernelArguments);
  }

  List<AcpiDevice> acpiDevices() {
    return List.copyOf(acpiDevices);
  }
}
