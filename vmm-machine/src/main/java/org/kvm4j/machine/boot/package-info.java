/**
 * Puts a Linux kernel and what firmware would have left behind into the RAM of a new VM.
 *
 * <p>{@link org.kvm4j.machine.boot.MemoryLayout} says where everything is; {@link
 * org.kvm4j.machine.boot.LinuxLoader} checks and loads kernel, initial RAM disk and command line by
 * the kernel's Documentation/arch/x86/boot.rst, 64-bit boot protocol; {@link
 * org.kvm4j.machine.boot.AcpiTables} and {@link org.kvm4j.machine.boot.MpTable} describe one {@link
 * org.kvm4j.machine.boot.Hardware} in the two languages that kernels understand.
 *
 * <p>Formats: bzImage of protocol 2.12 or later with the 64-bit entry (Linux 3.8), ELF64 for
 * x86-64. <em>Not supported:</em> 32-bit kernels, zImage, PVH and EFI entries, an initial RAM disk
 * or a kernel above 4 GiB.
 *
 * <p>Threats: a kernel file is untrusted, and may change while it is read. Mitigations: one open
 * channel per file from the first check to the load, every offset and size checked against the file
 * and RAM before the VM exists, copies by channel rather than through the heap, a short read is an
 * error. All that comes out wrong is a {@link org.kvm4j.machine.BootException}. What is loaded runs
 * in the guest only.
 *
 * <p>Everything here runs before the vCPUs do, on one thread.
 */
package org.kvm4j.machine.boot;
