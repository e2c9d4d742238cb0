package org.kvm4j.state;

/** The parts of a vCPU's state beyond its registers. */
public interface VcpuState {}
