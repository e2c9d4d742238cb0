/**
 * The KVM API's objects: one class per kind of file descriptor, one layout class per C struct.
 *
 * <p>Layout classes are named after their struct and hold offsets in the kernel's field order. Each
 * number says in {@link org.kvm4j.core.kvm.C} what it is in C; a test compiles those expressions
 * against {@code linux/kvm.h} and compares.
 */
package org.kvm4j.core.kvm;
