package org.kvm4j.device;

/**
 * What a guest is told about a device before it starts.
 *
 * <p>A device that drivers find by themselves, at the ports of every PC, may tell nothing.
 *
 * <p>Threading: only during {@link DeviceProvider#create}; later calls throw {@link
 * IllegalStateException}.
 */
public interface Firmware {

  /**
   * Adds an argument to the kernel's command line, after what the user wrote: {@code
   * virtio_mmio.device=4K@0xd0000000:5}. Does nothing to a guest that has no command line.
   *
   * @param argument printable ASCII without spaces
   * @throws IllegalArgumentException if it is anything else
   */
  void kernelArgument(String argument);

  /**
   * Describes the device in ACPI's DSDT. Does nothing to a guest without ACPI.
   *
   * @throws IllegalArgumentException if the device described one of that name already
   */
  void acpiDevice(AcpiDevice description);
}
