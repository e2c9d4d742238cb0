package org.kvm4j.msr;

/** Which accesses to model-specific registers leave the kernel. */
public interface MsrAccess {}
