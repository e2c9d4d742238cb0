/**
 * Virtual machines over KVM: the hypervisor, VMs, vCPUs, memory slots, registers, exits and errors.
 *
 * <p>One type per kind of file descriptor, as in the kernel's KVM API, section 2: {@link
 * org.kvm4j.Hypervisor} for {@code /dev/kvm}, {@link org.kvm4j.Vm}, {@link org.kvm4j.Vcpu}. Each
 * owns its descriptor and closes it.
 */
package org.kvm4j;
