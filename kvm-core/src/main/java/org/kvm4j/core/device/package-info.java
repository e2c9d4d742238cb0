/**
 * The framework's side of the device SPI: what it promises to devices, over real buses, lines and
 * time.
 *
 * <p>{@link org.kvm4j.core.device.DeviceCatalog} finds providers; a {@link
 * org.kvm4j.core.device.DeviceSet} creates devices, checks all their requests at once and connects
 * them. A {@link org.kvm4j.core.device.Recorder} writes down what happens to them. Lock order: a
 * device's lock, then an interrupt line's; the timer queue's lock is never held while a device's is
 * taken.
 */
package org.kvm4j.core.device;
