package org.kvm4j.clock;

/** The clocks that KVM keeps for a VM: kvm-clock and the default TSC frequency. */
public interface VmClocks {}
