/**
 * System calls: the only package that touches JNA.
 *
 * <p>{@link org.kvm4j.core.sys.Syscalls} is the seam: the rest of the module sees numbers and
 * {@link java.nio.ByteBuffer}s, and tests put a scripted kernel in its place.
 */
package org.kvm4j.core.sys;
