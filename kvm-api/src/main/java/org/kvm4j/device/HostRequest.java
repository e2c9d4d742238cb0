package org.kvm4j.device;

/** What the host asks of a guest by way of a device, and the guest may do or not. */
public enum HostRequest {
  /** The short press of a PC's power button: shut down and switch off. */
  POWER_BUTTON
}
