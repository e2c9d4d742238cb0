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
 * guest action may make a device throw, block, or grow without bound. A call that throws all the
 * same, or takes longer than the VM allows, is a device fault: the framework answers the access
 * with all ones and fences the device, so that its reads give all ones, its lines are low and
 * nothing of it runs again. Whether the VM goes on without it is the user's choice.
 *
 * <p><b>The end.</b> What a context has handed out dies with its device. A device owns no thread;
 * one that it starts all the same must end in {@code close}, and is interrupted and reported if it
 * does not.
 */
package org.kvm4j.device;
