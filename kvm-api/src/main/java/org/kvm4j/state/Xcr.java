package org.kvm4j.state;

/**
 * An extended control register. struct kvm_xcr; Intel SDM volume 3, section 2.6.
 *
 * @param index 0 is XCR0, the only one there is as yet
 * @param value for XCR0, a bit for each state component that XSAVE may touch; bit 0 is always 1
 */
public record Xcr(int index, long value) {}
