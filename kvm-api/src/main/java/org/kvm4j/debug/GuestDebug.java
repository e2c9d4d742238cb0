package org.kvm4j.debug;

/** Debugging of guest code from outside: single steps and breakpoints. */
public interface GuestDebug {}
