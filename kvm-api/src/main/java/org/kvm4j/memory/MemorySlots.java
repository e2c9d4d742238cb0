package org.kvm4j.memory;

/** Memory slots: the ranges of guest-physical addresses that have memory behind them. */
public interface MemorySlots {}
