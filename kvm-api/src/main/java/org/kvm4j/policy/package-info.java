/**
 * How KVM treats a VM: options, quirks and limits that are off until asked for.
 *
 * <p>Reached from {@link org.kvm4j.Vm#policy}.
 */
package org.kvm4j.policy;
