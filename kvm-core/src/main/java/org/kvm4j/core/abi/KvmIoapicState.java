package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.kvm4j.irq.IoapicRedirection;
import org.kvm4j.irq.IoapicState;

/** struct kvm_ioapic_state: the IOAPIC, at an offset within struct kvm_irqchip. */
public final class KvmIoapicState {

  @C("sizeof(struct kvm_ioapic_state)")
  public static final int SIZEOF = 216;

  @C("offsetof(struct kvm_ioapic_state, base_address)")
  public static final int BASE_ADDRESS = 0;

  @C("offsetof(struct kvm_ioapic_state, ioregsel)")
  public static final int IOREGSEL = 8;

  @C("offsetof(struct kvm_ioapic_state, id)")
  public static final int ID = 12;

  @C("offsetof(struct kvm_ioapic_state, irr)")
  public static final int IRR = 16;

  @C("offsetof(struct kvm_ioapic_state, redirtbl)")
  public static final int REDIRTBL = 24;

  @C("KVM_IOAPIC_NUM_PINS")
  public static final int KVM_IOAPIC_NUM_PINS = 24;

  private KvmIoapicState() {}

  public static IoapicState read(ByteBuffer b, int at) {
    List<IoapicRedirection> redirections = new ArrayList<>();
    for (int pin = 0; pin < KVM_IOAPIC_NUM_PINS; pin++) {
      redirections.add(IoapicRedirection.of(b.getLong(at + redirection(pin))));
    }
    return new IoapicState(
        b.getLong(at + BASE_ADDRESS),
        b.getInt(at + IOREGSEL),
        b.getInt(at + ID),
        b.getInt(at + IRR),
        redirections);
  }

  public static void write(ByteBuffer b, int at, IoapicState ioapic) {
    b.putLong(at + BASE_ADDRESS, ioapic.baseAddress());
    b.putInt(at + IOREGSEL, ioapic.registerSelect());
    b.putInt(at + ID, ioapic.id());
    b.putInt(at + IRR, ioapic.irr());
    for (int pin = 0; pin < KVM_IOAPIC_NUM_PINS; pin++) {
      b.putLong(at + redirection(pin), ioapic.redirections().get(pin).bits());
    }
  }

  private static int redirection(int pin) {
    return REDIRTBL + pin * Long.BYTES;
  }
}
