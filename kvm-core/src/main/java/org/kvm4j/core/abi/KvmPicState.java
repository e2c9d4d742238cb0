package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.irq.PicState;

/** struct kvm_pic_state: one 8259A, at an offset within struct kvm_irqchip. */
public final class KvmPicState {

  @C("sizeof(struct kvm_pic_state)")
  public static final int SIZEOF = 16;

  @C("offsetof(struct kvm_pic_state, last_irr)")
  public static final int LAST_IRR = 0;

  @C("offsetof(struct kvm_pic_state, irr)")
  public static final int IRR = 1;

  @C("offsetof(struct kvm_pic_state, imr)")
  public static final int IMR = 2;

  @C("offsetof(struct kvm_pic_state, isr)")
  public static final int ISR = 3;

  @C("offsetof(struct kvm_pic_state, priority_add)")
  public static final int PRIORITY_ADD = 4;

  @C("offsetof(struct kvm_pic_state, irq_base)")
  public static final int IRQ_BASE = 5;

  @C("offsetof(struct kvm_pic_state, read_reg_select)")
  public static final int READ_REG_SELECT = 6;

  @C("offsetof(struct kvm_pic_state, poll)")
  public static final int POLL = 7;

  @C("offsetof(struct kvm_pic_state, special_mask)")
  public static final int SPECIAL_MASK = 8;

  @C("offsetof(struct kvm_pic_state, init_state)")
  public static final int INIT_STATE = 9;

  @C("offsetof(struct kvm_pic_state, auto_eoi)")
  public static final int AUTO_EOI = 10;

  @C("offsetof(struct kvm_pic_state, rotate_on_auto_eoi)")
  public static final int ROTATE_ON_AUTO_EOI = 11;

  @C("offsetof(struct kvm_pic_state, special_fully_nested_mode)")
  public static final int SPECIAL_FULLY_NESTED_MODE = 12;

  @C("offsetof(struct kvm_pic_state, init4)")
  public static final int INIT4 = 13;

  @C("offsetof(struct kvm_pic_state, elcr)")
  public static final int ELCR = 14;

  @C("offsetof(struct kvm_pic_state, elcr_mask)")
  public static final int ELCR_MASK = 15;

  private KvmPicState() {}

  public static PicState read(ByteBuffer b, int at) {
    return new PicState(
        number(b, at + LAST_IRR),
        number(b, at + IRR),
        number(b, at + IMR),
        number(b, at + ISR),
        number(b, at + PRIORITY_ADD),
        number(b, at + IRQ_BASE),
        b.get(at + READ_REG_SELECT) != 0,
        b.get(at + POLL) != 0,
        b.get(at + SPECIAL_MASK) != 0,
        number(b, at + INIT_STATE),
        b.get(at + AUTO_EOI) != 0,
        b.get(at + ROTATE_ON_AUTO_EOI) != 0,
        b.get(at + SPECIAL_FULLY_NESTED_MODE) != 0,
        b.get(at + INIT4) != 0,
        number(b, at + ELCR),
        number(b, at + ELCR_MASK));
  }

  public static void write(ByteBuffer b, int at, PicState pic) {
    b.put(at + LAST_IRR, (byte) pic.lastIrr());
    b.put(at + IRR, (byte) pic.irr());
    b.put(at + IMR, (byte) pic.imr());
    b.put(at + ISR, (byte) pic.isr());
    b.put(at + PRIORITY_ADD, (byte) pic.priorityAdd());
    b.put(at + IRQ_BASE, (byte) pic.irqBase());
    b.put(at + READ_REG_SELECT, bit(pic.readIsr()));
    b.put(at + POLL, bit(pic.poll()));
    b.put(at + SPECIAL_MASK, bit(pic.specialMask()));
    b.put(at + INIT_STATE, (byte) pic.initState());
    b.put(at + AUTO_EOI, bit(pic.autoEoi()));
    b.put(at + ROTATE_ON_AUTO_EOI, bit(pic.rotateOnAutoEoi()));
    b.put(at + SPECIAL_FULLY_NESTED_MODE, bit(pic.specialFullyNestedMode()));
    b.put(at + INIT4, bit(pic.needsIcw4()));
    b.put(at + ELCR, (byte) pic.elcr());
    b.put(at + ELCR_MASK, (byte) pic.elcrMask());
  }

  private static int number(ByteBuffer b, int at) {
    return Byte.toUnsignedInt(b.get(at));
  }

  private static byte bit(boolean value) {
    return (byte) (value ? 1 : 0);
  }
}
