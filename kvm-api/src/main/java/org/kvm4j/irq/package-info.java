/**
 * Interrupts: in-kernel controllers, GSI routing, MSI, irqfd.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.irq;
