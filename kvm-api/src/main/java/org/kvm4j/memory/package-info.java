/**
 * Memory slots, dirty logs and rings, and files of guest memory.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.memory;
