/**
 * The device plug-in SPI: what a device gets from the framework and what it gives.
 *
 * <p>A module names its {@link org.kvm4j.device.DeviceProvider} for {@link
 * java.util.ServiceLoader}, in {@code module-info} ({@code provides}) and in {@code
 * META-INF/services}. The provider creates {@linkplain org.kvm4j.device.Device devices}; a device
 * takes everything it needs from its {@link org.kvm4j.device.DeviceContext}.
 *
 * <p><b>Threading.</b> The framework holds one lock per device around its handlers, timer tasks,
 * stream callbacks, {@code reset}, {@code save}, {@code restore} and {@code close}: never two of
 * them at once, so a device needs no locks of its own. What a context hands out may be used from
 * any thread.
 *
 * <p><b>Trust.</b> A guest chooses every offset, size and value, and the order of accesses. No
 * guest action may make a device throw, block, or grow without bound. A handler that throws all the
 * same is a device fault: the framework answers the access with all ones and ends the VM with a
 * {@link org.kvm4j.device.DeviceFaultException}.
 */
package org.kvm4j.device;
