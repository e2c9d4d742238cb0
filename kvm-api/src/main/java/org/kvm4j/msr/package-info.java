/**
 * Model-specific registers that the kernel leaves to us.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.msr;
