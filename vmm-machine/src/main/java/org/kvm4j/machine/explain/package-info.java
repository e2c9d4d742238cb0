/**
 * Tells why a guest died or stays silent: what its vCPUs did last, and what is known to lead there.
 *
 * <p>{@link org.kvm4j.machine.Machine#explain} makes an {@link Explanation}. All of it that comes
 * from the guest is numbers; names come from the user's files and are made printable.
 */
package org.kvm4j.machine.explain;
