package org.kvm4j;

/**
 * A model-specific register and its value. struct kvm_msr_entry.
 *
 * @param index the register, unsigned
 * @param value all 64 bits
 */
public record Msr(int index, long value) {}
