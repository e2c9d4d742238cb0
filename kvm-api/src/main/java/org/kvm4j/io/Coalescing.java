package org.kvm4j.io;

/** Ranges whose writes the kernel collects, to be served together at the next exit. */
public interface Coalescing {}
