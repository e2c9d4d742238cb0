/**
 * The implementation of kvm4j over {@code /dev/kvm}: {@link org.kvm4j.core.Kvm} is the way in.
 *
 * <p>Linux on x86-64 only.
 */
package org.kvm4j.core;
