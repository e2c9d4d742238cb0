package org.kvm4j.clock;

/** The time-stamp counter of a vCPU. */
public interface VcpuTsc {}
