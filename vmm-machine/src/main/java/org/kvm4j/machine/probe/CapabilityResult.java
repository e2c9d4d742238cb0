package org.kvm4j.machine.probe;

import java.util.Objects;
import org.kvm4j.KvmCapability;

/**
 * What KVM says of one capability.
 *
 * @param capability which
 * @param kind what to make of the value
 * @param meaning for the user
 * @param value 0 if KVM lacks it, else 1 or the capability's own number
 */
public record CapabilityResult(KvmCapability capability, Kind kind, String meaning, int value) {

  /** What a capability is for a machine of kvm4j. */
  public enum Kind {
    /** No machine works without it. */
    NEEDED,
    /** Machines can do without. */
    USEFUL,
    /** Its value says how many there can be of something. */
    COUNT
  }

  /** All are needed. */
  public CapabilityResult {
    Objects.requireNonNull(capability, "capability");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(meaning, "meaning");
  }

  /** Whether KVM has it. */
  public boolean isThere() {
    return value > 0;
  }

  /** Whether no machine works on this KVM, because it lacks this. */
  public boolean isMissed() {
    return kind == Kind.NEEDED && !isThere();
  }
}
