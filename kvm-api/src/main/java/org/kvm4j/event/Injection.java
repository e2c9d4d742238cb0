package org.kvm4j.event;

/** Events that reach a vCPU from outside: NMI, SMI, interrupts, machine checks. */
public interface Injection {}
