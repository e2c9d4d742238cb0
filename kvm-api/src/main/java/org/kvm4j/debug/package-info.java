/**
 * Debugging of guest code.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.debug;
