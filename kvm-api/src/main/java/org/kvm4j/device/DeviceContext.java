package org.kvm4j.device;

import org.kvm4j.GuestMemory;
import org.kvm4j.bus.MmioBus;
import org.kvm4j.bus.PioBus;

/**
 * All that one device has of the world: its options, the buses, lines, time, streams.
 *
 * <p>Threading: buses are registered on, and firmware told, only during {@link
 * DeviceProvider#create}; everything else may be used from any thread for as long as the device is
 * open.
 */
public interface DeviceContext {

  /** The device's name in this VM, unique, for messages: its type, with a number where needed. */
  String id();

  /** The options, checked against {@link DeviceProvider#options()}. */
  DeviceOptions options();

  /**
   * The port space. To access another device, never do so from within a handler: two devices that
   * did would wait for each other's lock for ever. Use a {@link #timer} that is due at once.
   */
  PioBus pio();

  /** The guest-physical address space outside RAM. */
  MmioBus mmio();

  /**
   * A line to the VM's interrupt controllers. Lines that several devices ask for are OR-ed.
   *
   * @param gsi global system interrupt, 0 to 23; an ISA IRQ has its own number
   * @throws DeviceConfigurationException if there is no such GSI
   */
  InterruptLine interruptLine(int gsi);

  /**
   * Makes the device one of the VM's interrupt controllers, once and only within {@link
   * DeviceProvider#create}: from now on it is told of all interrupt lines.
   *
   * @return how it reaches the processors
   * @throws DeviceConfigurationException if the VM's controllers are KVM's own, or it is recorded
   */
  InterruptOutput interruptController(InterruptController controller);

  /** The VM's clock. */
  VmClock clock();

  /**
   * A timer on the VM's clock, not armed.
   *
   * @param task run at the deadline with the device's lock held; it may arm the timer again
   */
  VmTimer timer(Runnable task);

  /**
   * Has a task run whenever the host asks something of the guest. Call it only during {@link
   * DeviceProvider#create}.
   *
   * @param task run with the device's lock held, as that of a {@link #timer} that is due at once
   */
  void onHostRequest(HostRequest request, Runnable task);

  /**
   * Opens a byte stream to the host. The framework closes it with the VM.
   *
   * @param spec what a user writes: {@code stdio}, {@code stderr}, {@code null}, {@code memory},
   *     {@code file:PATH}, {@code pty} or {@code unix:PATH}
   * @throws DeviceConfigurationException if the text is none of these, or opening fails
   */
  HostStream stream(String spec);

  /** What the guest is told about the device before it starts. */
  Firmware firmware();

  /** Asks for the end or the reset of the VM. */
  VmControl control();

  /** The guest's RAM, for devices that read and write it. */
  GuestMemory memory();

  /** Where the device reports what a user should know. Never once per guest access. */
  System.Logger log();
}
