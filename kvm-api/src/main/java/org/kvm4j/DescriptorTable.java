package org.kvm4j;

/**
 * GDTR or IDTR. struct kvm_dtable.
 *
 * @param base linear address
 * @param limit last valid offset, 0 to 0xffff
 */
public record DescriptorTable(long base, int limit) {}
