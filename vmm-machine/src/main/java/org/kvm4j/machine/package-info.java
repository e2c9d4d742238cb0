/**
 * A PC put together from KVM, devices and a boot loader.
 *
 * <p>A {@link org.kvm4j.machine.MachineConfig} says what to build and what to boot; {@link
 * org.kvm4j.machine.Machine} builds it, runs it and says in a {@link org.kvm4j.machine.MachineEnd}
 * how it ended.
 */
package org.kvm4j.machine;
