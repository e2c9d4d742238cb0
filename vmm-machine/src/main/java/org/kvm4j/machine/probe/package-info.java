/**
 * Finds out what the host's KVM can do, by running guests of a few bytes on it.
 *
 * <p>CPU flags and capabilities say what a KVM should do; some KVMs, those in software above all,
 * stop at an instruction that every Linux kernel executes. So {@link
 * org.kvm4j.machine.probe.KvmProbe} gives each such instruction a virtual machine of its own and
 * looks at how it ends.
 *
 * <p>{@link org.kvm4j.machine.probe.BareGuest} is a guest for every KVM.
 */
package org.kvm4j.machine.probe;
