/**
 * Events into a vCPU, and answers to what it asks.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.event;
