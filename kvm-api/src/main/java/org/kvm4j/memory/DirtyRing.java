package org.kvm4j.memory;

/** The pages that a vCPU has written, in the order of writing. */
public interface DirtyRing {}
