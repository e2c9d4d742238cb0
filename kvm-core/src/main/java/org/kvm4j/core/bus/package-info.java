/**
 * The buses that vCPUs dispatch to: immutable sorted snapshots of disjoint ranges.
 *
 * <p>{@link org.kvm4j.core.bus.PioSpace} and {@link org.kvm4j.core.bus.MmioSpace} differ only in
 * the width of an address and of a value; routing and splitting are in one place for both.
 */
package org.kvm4j.core.bus;
