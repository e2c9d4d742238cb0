/**
 * What it takes to test a device without a VM, and with one.
 *
 * <h2>Testing a device</h2>
 *
 * <p>Three kinds of tests, from the cheapest to the most telling. The first two need neither KVM
 * nor root.
 *
 * <ol>
 *   <li>A test on a {@link org.kvm4j.testkit.MockMachine} acts as the guest through the buses and
 *       as the host through clock and streams, and looks at lines, streams and registers. Most
 *       tests of a device are of this kind, one for each sentence of its datasheet. Time stands
 *       until the test moves it: {@code machine.clock().advance(nanos)}.
 *   <li>A class that extends {@link org.kvm4j.testkit.DeviceContract} and names the provider checks
 *       what holds for every device: ranges are legal and declared, a reset equals a new device, a
 *       restored state equals the saved one, and no guest can make it throw, hang or grow. It finds
 *       what nobody thinks of testing.
 *   <li>A {@link org.kvm4j.testkit.GuestTest} runs a few lines of {@linkplain
 *       org.kvm4j.testkit.GuestCode guest code} on a real vCPU against the device: whether the
 *       interrupt wakes a halted processor, whether a string instruction or an odd access arrives
 *       as the device takes it, whether DMA meets what the guest wrote. It needs kvm-core with test
 *       scope and {@code /dev/kvm}, and is skipped with a reason where these are missing. Name the
 *       class {@code *IT}, so that it runs with the integration tests.
 * </ol>
 *
 * <pre>{@code
 * <dependency>
 *   <groupId>org.kvm4j</groupId>
 *   <artifactId>kvm-testkit</artifactId>
 *   <scope>test</scope>
 * </dependency>
 * <dependency> <!-- for @GuestTest -->
 *   <groupId>org.kvm4j</groupId>
 *   <artifactId>kvm-core</artifactId>
 *   <scope>test</scope>
 * </dependency>
 * }</pre>
 *
 * <p>The fakes can be used on their own, and everything that a device gets is an interface, so that
 * Mockito's mocks of {@link org.kvm4j.device.DeviceContext} and the buses serve as well where a
 * test is about which call comes when. A test of something else that runs a guest is annotated with
 * {@link org.kvm4j.testkit.RequiresKvm}. What a guest did to a device in a real VM, {@link
 * org.kvm4j.testkit.Replay} does again.
 *
 * <p>The fakes are strict: what a real VM might let pass, such as a conflict found only when the VM
 * starts, fails here and now. What records, records up to a bound: the latest edges of a line, the
 * first unclaimed accesses of a bus.
 */
package org.kvm4j.testkit;
