package org.kvm4j;

/**
 * Where a linear address leads. struct kvm_translation.
 *
 * <p>KVM on x86 fills the two permissions with fixed values, whatever the page tables say:
 * writeable true and usermode false. They are handed on as they come.
 *
 * @param physicalAddress guest-physical
 * @param writeable what the kernel says of writes
 * @param usermode what the kernel says of user mode
 */
public record Translation(long physicalAddress, boolean writeable, boolean usermode) {}
