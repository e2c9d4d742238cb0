package org.kvm4j.irq;

/** The in-kernel i8254 of a VM. */
public interface KernelPit {}
