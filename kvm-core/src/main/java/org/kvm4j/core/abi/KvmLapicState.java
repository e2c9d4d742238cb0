package org.kvm4j.core.abi;

import java.nio.ByteBuffer;
import org.kvm4j.state.LocalApicState;

/** struct kvm_lapic_state: the registers of a local APIC, as in its page. */
public final class KvmLapicState {

  @C("sizeof(struct kvm_lapic_state)")
  public static final int SIZEOF = 1024;

  @C("offsetof(struct kvm_lapic_state, regs)")
  public static final int REGS = 0;

  private KvmLapicState() {}

  public static LocalApicState read(ByteBuffer b) {
    byte[] registers = new byte[SIZEOF];
    b.get(REGS, registers);
    return new LocalApicState(registers);
  }

  public static void write(ByteBuffer b, LocalApicState state) {
    b.put(REGS, state.registers());
  }
}
