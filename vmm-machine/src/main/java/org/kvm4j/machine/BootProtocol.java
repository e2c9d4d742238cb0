package org.kvm4j.machine;

/** How a kernel is loaded, entered and told about the machine. */
public enum BootProtocol {

  /** Linux's 64-bit boot protocol: a bzImage or an ELF vmlinux. Documentation/arch/x86/boot.rst. */
  LINUX("the Linux 64-bit boot protocol"),

  /** Xen's PVH: an ELF file with a note, entered in 32-bit mode. Xen, misc/pvh.html. */
  PVH("PVH"),

  /** An ELF or flat file with a header, entered in 32-bit mode. Multiboot 0.6.96. */
  MULTIBOOT("Multiboot 1");

  private final String title;

  BootProtocol(String title) {
    this.title = title;
  }

  /** Its name in a sentence. */
  public String title() {
    return title;
  }
}
