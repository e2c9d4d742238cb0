/**
 * What KVM counts of a VM and of each vCPU.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.stats;
