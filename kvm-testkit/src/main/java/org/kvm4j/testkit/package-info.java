/**
 * What it takes to test a device without a VM, and a VM without luck.
 *
 * <p>A device's test works on a {@link org.kvm4j.testkit.MockMachine}: it acts as the guest through
 * the buses and as the host through clock and streams, and looks at lines, streams and registers.
 * The fakes behind it can be used on their own, too. A second test class extends {@link
 * org.kvm4j.testkit.DeviceContract}, which checks what holds for every device. What a guest did to
 * a device in a real VM, {@link org.kvm4j.testkit.Replay} does again. A test that runs guest code
 * is annotated with {@link org.kvm4j.testkit.RequiresKvm}.
 *
 * <p>The fakes are strict: what a real VM might let pass, such as a conflict found only when the VM
 * starts, fails here and now.
 */
package org.kvm4j.testkit;
