package org.kvm4j.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.kvm4j.device.DeviceConflictException;

/**
 * What machine to build and what to boot on it. Immutable.
 *
 * @param ram its memory
 * @param processors its vCPUs
 * @param boot what it starts with
 * @param devices all devices; {@link #STANDARD_DEVICES} is a PC
 * @param kernelChips which chips are KVM's own; with KVM's i8254 there, no {@code pit} device may
 *     be
 * @param run how it is run
 */
public record MachineConfig(
    Ram ram,
    Processors processors,
    Boot boot,
    List<DeviceRequest> devices,
    KernelChips kernelChips,
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

  /** Checks that there is one timer at most. */
  public MachineConfig {
    Objects.requireNonNull(ram, "ram");
    Objects.requireNonNull(processors, "processors");
    Objects.requireNonNull(boot, "boot");
    Objects.requireNonNull(kernelChips, "kernelChips");
    Objects.requireNonNull(run, "run");
    devices = List.copyOf(devices);
    // KVM answers its ports before anybody else sees the access: the device would be there in vain.
    if (kernelChips.hasPit() && devices.stream().anyMatch(device -> device.type().equals("pit"))) {
      throw new DeviceConflictException(
          "Device pit: KVM's own i8254 has its ports. Leave one of the two out.");
    }
  }

  /** A PC with the standard devices. */
  public static MachineConfig standard(long ramBytes, int vcpus, Boot boot) {
    return standard(Ram.of(ramBytes), Processors.of(vcpus), boot);
  }

  /** A PC with the standard devices. */
  public static MachineConfig standard(Ram ram, Processors processors, Boot boot) {
    return new MachineConfig(
        ram, processors, boot, STANDARD_DEVICES, KernelChips.IRQCHIP, RunOptions.STANDARD);
  }

  /** The same machine with other RAM. */
  public MachineConfig withRam(Ram newRam) {
    return new MachineConfig(newRam, processors, boot, devices, kernelChips, run);
  }

  /** The same machine with other vCPUs. */
  public MachineConfig withProcessors(Processors newProcessors) {
    return new MachineConfig(ram, newProcessors, boot, devices, kernelChips, run);
  }

  /** The same machine booting something else. */
  public MachineConfig withBoot(Boot newBoot) {
    return new MachineConfig(ram, processors, newBoot, devices, kernelChips, run);
  }

  /** The same machine with other devices. */
  public MachineConfig withDevices(List<DeviceRequest> newDevices) {
    return new MachineConfig(ram, processors, boot, newDevices, kernelChips, run);
  }

  /**
   * The same machine with KVM's own i8254 in place of the device {@code pit}.
   *
   * @throws DeviceConflictException in a machine with a split irqchip
   */
  public MachineConfig withKernelPit() {
    checkKernelPit(kernelChips.hasIrqchip());
    List<DeviceRequest> others = devices.stream().filter(d -> !d.type().equals("pit")).toList();
    return new MachineConfig(ram, processors, boot, others, KernelChips.IRQCHIP_AND_PIT, run);
  }

  /**
   * The same machine with the devices {@code ioapic} and {@code pic} in place of KVM's own: a split
   * irqchip, of which KVM has the local APICs.
   *
   * @throws DeviceConflictException in a machine with KVM's own i8254
   */
  public MachineConfig withSplitIrqchip() {
    checkKernelPit(!kernelChips.hasPit());
    List<DeviceRequest> more = new ArrayList<>(devices);
    more.add(DeviceRequest.of("ioapic"));
    more.add(DeviceRequest.of("pic"));
    return new MachineConfig(ram, processors, boot, more, KernelChips.LOCAL_APICS, run);
  }

  private static void checkKernelPit(boolean possible) {
    if (!possible) {
      throw new DeviceConflictException(
          "KVM's own i8254 needs KVM's own PIC and IOAPIC. Leave out --kernel-pit or --irqchip"
              + " split.");
    }
  }

  /** The same machine run in another way. */
  public MachineConfig withRun(RunOptions newRun) {
    return new MachineConfig(ram, processors, boot, devices, kernelChips, newRun);
  }
}
