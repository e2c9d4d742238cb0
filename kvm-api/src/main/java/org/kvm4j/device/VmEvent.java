package org.kvm4j.device;

/** What a guest can ask of its machine through a device. */
public enum VmEvent {
  /** The guest switched the machine off. */
  POWER_OFF,
  /** The guest pressed the reset button. */
  RESET,
  /** The guest's kernel reported that it has crashed. */
  GUEST_PANIC
}
