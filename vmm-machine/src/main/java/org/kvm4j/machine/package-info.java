/**
 * A PC put together from KVM, devices and a boot loader.
 *
 * <p>A {@link org.kvm4j.machine.MachineConfig} says what to build and what to boot; {@link
 * org.kvm4j.machine.Machine} builds it, runs it and says in a {@link org.kvm4j.machine.MachineEnd}
 * how it ended.
 *
 * <p>{@link org.kvm4j.machine.Processors} are sockets, cores and threads, of which CPUID, ACPI and
 * the MP table tell alike; vCPU number {@code n} is the {@code n}th of them, and its KVM id its
 * APIC id. The thread of each is named {@code kvm4j-vcpu-ID} and can be pinned. {@link
 * org.kvm4j.machine.Ram} can be in huge pages and in a file.
 */
package org.kvm4j.machine;
