/**
 * The two buses of a PC: 16-bit port space ({@link org.kvm4j.bus.PioBus}) and guest-physical memory
 * that is not RAM ({@link org.kvm4j.bus.MmioBus}).
 *
 * <p>A bus knows ranges and nothing of devices. Ranges are disjoint. A handler receives an offset
 * into its own range, a size and a value; it never knows its base address and never checks a
 * length.
 */
package org.kvm4j.bus;
