/**
 * Guest accesses that do not leave the kernel one by one: ioeventfd and coalescing.
 *
 * <p>Reached from {@link org.kvm4j.Vm} and {@link org.kvm4j.Vcpu}.
 */
package org.kvm4j.io;
