/**
 * A small assembler for guests of a few lines: {@link org.kvm4j.testkit.guest.Assembler} knows
 * instructions of 64-bit mode and labels, and nothing of devices or KVM.
 */
package org.kvm4j.testkit.guest;
