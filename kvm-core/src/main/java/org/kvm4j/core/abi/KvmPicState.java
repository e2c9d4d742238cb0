package org.kvm4j.core.abi;

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
}
