package org.kvm4j.machine;

import java.util.List;
import java.util.Objects;
import org.kvm4j.device.DeviceConflictException;

/**
 * What machine to build and what to boot on it. Immutable.
 *
 * @param memoryBytes RAM, whole pages
 * @param vcpus 1 to 255
 * @param boot what it starts with
 * @param devices all devices; {@link #STANDARD_DEVICES} is a PC
 * @param kernelPit whether KVM's own i8254 is there, with port 0x61; then no {@code pit} device may
 *     be
 * @param run how it is run
 */
public record MachineConfig(
    long memoryBytes,
    int vcpus,
    Boot boot,
    List<DeviceRequest> devices,
    boolean kernelPit,
    RunOptions run) {

  /** What Linux expects of a PC, each with its defaults. */
  public static final List<DeviceRequest> STANDARD_DEVICES =
      List.of(
          DeviceRequest.of("serial"),
          DeviceRequest.of("pit"),
          DeviceRequest.of("rtc"),
          DeviceRequest.of("i8042"),
          DeviceRequest.of("acpi-pm"),
          DeviceRequest.of("pci-host"),
          DeviceRequest.of("pvpanic"),
          DeviceRequest.of("post-code"));

  private static final int MOST_VCPUS = 255;

  /** Checks the number of vCPUs, and that there is one timer at most. */
  public MachineConfig {
    Objects.requireNonNull(boot, "boot");
    Objects.requireNonNull(run, "run");
    devices = List.copyOf(devices);
    if (vcpus < 1 || vcpus > MOST_VCPUS) {
      throw new BootException(
          "%d vCPUs: a machine has 1 to %d. Choose a number in between."
              .formatted(vcpus, MOST_VCPUS));
    }
    // KVM answers its ports before anybody else sees the access: the device would be there in vain.
    if (kernelPit && devices.stream().anyMatch(device -> device.type().equals("pit"))) {
      throw new DeviceConflictException(
          "Device pit: KVM's own i8254 has its ports. Leave one of the two out.");
    }
  }

  /** A PC with the standard devices. */
  public static MachineConfig standard(long memoryBytes, int vcpus, Boot boot) {
    return new MachineConfig(
        memoryBytes, vcpus, boot, STANDARD_DEVICES, false, RunOptions.STANDARD);
  }

  /** The same machine with other devices. */
  public MachineConfig withDevices(List<DeviceRequest> newDevices) {
    return new MachineConfig(memoryBytes, vcpus, boot, newDevices, kernelPit, run);
  }

  /** The same machine with KVM's own i8254 in place of the device {@code pit}. */
  public MachineConfig withKernelPit() {
    List<DeviceRequest> others = devices.stream().filter(d -> !d.type().equals("pit")).toList();
    return new MachineConfig(memoryBytes, vcpus, boot, others, true, run);
  }

  /** The same machine run in another way. */
  public MachineConfig withRun(RunOptions newRun) {
    return new MachineConfig(memoryBytes, vcpus, boot, devices, kernelPit, newRun);
  }
}
