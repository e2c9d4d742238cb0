package org.kvm4j.state;

/** Registers that travel in the shared run area, without an ioctl of their own. */
public interface SyncRegisters {}
