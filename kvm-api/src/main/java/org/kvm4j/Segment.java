package org.kvm4j;

/**
 * A segment register with its hidden part. struct kvm_segment.
 *
 * <p>AMD64 Architecture Programmer's Manual, volume 2, section 4.7; Intel SDM volume 3, section
 * 3.4.5.
 *
 * @param base linear address of its start
 * @param limit last valid offset, in bytes, expanded by granularity
 * @param selector what the guest loaded
 * @param type 4-bit descriptor type
 * @param present descriptor bit P
 * @param dpl descriptor privilege level, 0 to 3
 * @param db default operand size: true for 32 bits
 * @param system descriptor bit S as the kernel has it: true for code and data
 * @param longMode descriptor bit L: 64-bit code
 * @param granular descriptor bit G: the limit counts pages
 * @param available descriptor bit AVL
 * @param unusable VMX's mark of a null selector
 */
public record Segment(
    long base,
    int limit,
    int selector,
    int type,
    boolean present,
    int dpl,
    boolean db,
    boolean system,
    boolean longMode,
    boolean granular,
    boolean available,
    boolean unusable) {

  private static final int CODE_EXECUTE_READ_ACCESSED = 0xb;
  private static final int DATA_READ_WRITE_ACCESSED = 0x3;

  /** Flat 64-bit code at privilege level 0. */
  public static Segment code64(int selector) {
    return flat(selector, CODE_EXECUTE_READ_ACCESSED, false, true);
  }

  /** Flat 32-bit code at privilege level 0. */
  public static Segment code32(int selector) {
    return flat(selector, CODE_EXECUTE_READ_ACCESSED, true, false);
  }

  /** Flat 32-bit data at privilege level 0, which serves long mode, too. */
  public static Segment data32(int selector) {
    return flat(selector, DATA_READ_WRITE_ACCESSED, true, false);
  }

  /** A real-mode segment: base is 16 times the selector, 64 KiB long. */
  public Segment realMode(int newSelector) {
    return new Segment(
        (long) newSelector << 4,
        0xffff,
        newSelector,
        type,
        present,
        dpl,
        db,
        system,
        longMode,
        granular,
        available,
        unusable);
  }

  private static Segment flat(int selector, int type, boolean db, boolean longMode) {
    return new Segment(
        0, 0xffff_ffff, selector, type, true, 0, db, true, longMode, true, false, false);
  }
}
