/**
 * Puts a guest and what firmware would have left behind into the RAM of a new VM.
 *
 * <p>{@link org.kvm4j.machine.boot.MemoryLayout} says where everything is. {@link
 * org.kvm4j.machine.boot.KernelLoader} loads a kernel with its initial RAM disk and command line;
 * an image class for each format and protocol knows the rest: {@code BzImage} and {@code ElfImage}
 * (Documentation/arch/x86/boot.rst, 64-bit boot protocol), {@code PvhImage} (Xen, misc/pvh), {@code
 * MultibootImage} (Multiboot 0.6.96). {@link org.kvm4j.machine.boot.FlatLoader} loads plain code,
 * {@link org.kvm4j.machine.boot.FirmwareLoader} a ROM. {@link org.kvm4j.machine.boot.AcpiTables}
 * and {@link org.kvm4j.machine.boot.MpTable} describe one {@link org.kvm4j.machine.boot.Hardware}
 * in the two languages that kernels understand.
 *
 * <p>Formats: bzImage of protocol 2.12 or later with the 64-bit entry (Linux 3.8), ELF64 for
 * x86-64, ELF32 and ELF64 with a PVH note or a Multiboot header, flat Multiboot kernels; each also
 * compressed with gzip, lz4, xz or zstd. <em>Not supported:</em> 32-bit Linux, zImage, Multiboot 2
 * and EFI entries, an initial RAM disk or a kernel above 4 GiB, Multiboot's graphics modes and
 * symbols.
 *
 * <p>Threats: a kernel file is untrusted, and may change while it is read. Mitigations: one open
 * channel per file from the first check to the load, every offset and size checked against the file
 * and RAM before the VM exists, copies by channel rather than through the heap, a short read is an
 * error, at most 1 GiB comes out of a compressed file. All that comes out wrong is a {@link
 * org.kvm4j.machine.BootException}. What is loaded runs in the guest only. zstd is unpacked by
 * native code in this process.
 *
 * <p>Everything here runs before the vCPUs do, on one thread.
 */
package org.kvm4j.machine.boot;
