/**
 * The clocks of a VM and its vCPUs.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.clock;
