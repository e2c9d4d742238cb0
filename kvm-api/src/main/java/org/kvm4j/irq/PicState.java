package org.kvm4j.irq;

/**
 * One of the two in-kernel 8259A. struct kvm_pic_state; Intel 8259A data sheet.
 *
 * <p>In a byte of requests or masks, bit n is input n.
 *
 * @param lastIrr the levels of the lines, to find edges
 * @param irr interrupt request register
 * @param imr interrupt mask register
 * @param isr in-service register
 * @param priorityAdd the input with the highest priority
 * @param irqBase the vector of input 0 (ICW2)
 * @param readIsr whether the guest reads the ISR, not the IRR (OCW3)
 * @param poll whether the next read is a poll (OCW3)
 * @param specialMask special mask mode (OCW3)
 * @param initState how many initialisation words were written, 0 when done, to 3
 * @param autoEoi interrupts end by themselves (ICW4)
 * @param rotateOnAutoEoi priorities rotate then (OCW2)
 * @param specialFullyNestedMode ICW4
 * @param needsIcw4 whether ICW4 follows (ICW1)
 * @param elcr edge/level control register: which lines are level-triggered
 * @param elcrMask the bits of it that the guest can write
 */
public record PicState(
    int lastIrr,
    int irr,
    int imr,
    int isr,
    int priorityAdd,
    int irqBase,
    boolean readIsr,
    boolean poll,
    boolean specialMask,
    int initState,
    boolean autoEoi,
    boolean rotateOnAutoEoi,
    boolean specialFullyNestedMode,
    boolean needsIcw4,
    int elcr,
    int elcrMask) {

  private static final int LAST_INPUT = 7;
  private static final int LAST_INIT_STATE = 3;

  /** Checks that all are bytes, and those that the kernel counts with. */
  public PicState {
    checkByte("lastIrr", lastIrr);
    checkByte("irr", irr);
    checkByte("imr", imr);
    checkByte("isr", isr);
    checkByte("irqBase", irqBase);
    checkByte("elcr", elcr);
    checkByte("elcrMask", elcrMask);
    check("priorityAdd", priorityAdd, LAST_INPUT);
    check("initState", initState, LAST_INIT_STATE);
  }

  /** The same state with other inputs masked. */
  public PicState withImr(int newImr) {
    return new PicState(
        lastIrr,
        irr,
        newImr,
        isr,
        priorityAdd,
        irqBase,
        readIsr,
        poll,
        specialMask,
        initState,
        autoEoi,
        rotateOnAutoEoi,
        specialFullyNestedMode,
        needsIcw4,
        elcr,
        elcrMask);
  }

  private static void checkByte(String name, int value) {
    check(name, value, 0xff);
  }

  private static void check(String name, int value, int last) {
    if (value < 0 || value > last) {
      throw new IllegalArgumentException(
          "%s of a PIC is 0x%x: use 0 to 0x%x".formatted(name, value, last));
    }
  }
}
