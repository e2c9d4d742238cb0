/**
 * The state of a vCPU beyond its registers.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.state;
