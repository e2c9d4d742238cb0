/**
 * {@code linux/kvm.h} in Java: request numbers, layouts of structs and constants, and nothing else.
 *
 * <p>One class per C struct, in the kernel's field order and with the kernel's names. A test
 * compiles C against the header and compares every number.
 */
package org.kvm4j.core.abi;
