/**
 * Who occupies which ports, addresses and interrupts of a VM.
 *
 * <p>A device says what it wants by options ({@link org.kvm4j.device.DeviceOption#ports} and its
 * like), which a user may set to a number or to {@code any}, and by {@link
 * org.kvm4j.device.DeviceProvider#fixedResources}. A {@link org.kvm4j.resource.ResourcePlan} gives
 * every device its place before any of them is created.
 */
package org.kvm4j.resource;
