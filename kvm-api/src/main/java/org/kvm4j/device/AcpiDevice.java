package org.kvm4j.device;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.kvm4j.resource.FixedResource;
import org.kvm4j.resource.Resource;

/**
 * A device as the DSDT describes it: {@code _HID} and {@code _CRS}. The framework numbers several
 * of one kind ({@code _UID}) and gives each a name of its own.
 *
 * <p>Immutable. See ACPI 6.5, sections 6.1.5 and 6.4.
 *
 * @param name of the object: a capital letter or underscore, then up to three of those or digits
 * @param hid what it is: an ID such as {@code PNP0501}, or up to eight capital letters and digits
 * @param resources in the order in which a driver counts them; at most 255 ports in a row,
 *     addresses below 4 GiB
 * @param trigger of its interrupts, which are active high
 */
public record AcpiDevice(String name, String hid, List<FixedResource> resources, Trigger trigger) {

  /** What of an interrupt line means an interrupt. */
  public enum Trigger {
    /** The rise, as on the ISA bus. */
    EDGE,
    /** The level, for as long as it is high. */
    LEVEL
  }

  private static final Pattern NAME = Pattern.compile("[A-Z_][A-Z0-9_]{0,3}");
  private static final Pattern HID = Pattern.compile("[A-Z0-9]{1,8}");
  private static final int MOST_PORTS = 255;
  private static final long FOUR_GIB = 1L << 32;

  /** Checks all and copies the list. */
  public AcpiDevice {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "ACPI name %s: use a capital letter, then up to three more or digits".formatted(name));
    }
    if (!HID.matcher(hid).matches()) {
      throw new IllegalArgumentException(
          "ACPI _HID %s: use one to eight capital letters and digits".formatted(hid));
    }
    resources = List.copyOf(resources);
    Objects.requireNonNull(trigger, "trigger");
    for (FixedResource each : resources) {
      if (!isDescribable(each)) {
        throw new IllegalArgumentException(
            "ACPI device %s, %s: at most 255 ports, addresses below 4 GiB".formatted(name, each));
      }
    }
  }

  /** A device whose interrupts, if it has any, are edges. */
  public static AcpiDevice of(String name, String hid, FixedResource... resources) {
    return new AcpiDevice(name, hid, List.of(resources), Trigger.EDGE);
  }

  private static boolean isDescribable(FixedResource place) {
    Resource resource = place.resource();
    return switch (resource.kind()) {
      case PORTS -> resource.length() <= MOST_PORTS;
      case ADDRESSES -> place.first() >= 0 && place.first() + resource.length() <= FOUR_GIB;
      case INTERRUPTS -> true;
    };
  }
}
