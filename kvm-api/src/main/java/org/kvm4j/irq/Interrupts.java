package org.kvm4j.irq;

/** The in-kernel interrupt controllers of a VM, and the ways into them. */
public interface Interrupts {}
